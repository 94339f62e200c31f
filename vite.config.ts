import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Relative base: dist works from any static host, any folder, and from a zip.
export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // scripts/size.mjs reads the manifest.
    manifest: true,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Pixi has no group on purpose: it imports its own renderers dynamically, and a group would
          // pull the unused ones into the first load. `import()` the view and Pixi follows it.
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: 'uplot', test: /node_modules[\\/]uplot[\\/]/ },
          ],
        },
      },
    },
  },
});
