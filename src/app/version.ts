/** The program's version; package.json says the same (a test looks). */
export const LAB_VERSION = '0.1.0';
