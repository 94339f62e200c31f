import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

// A placeholder so that the page builds; the app replaces it.
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <h1>AutoNUMA Lab</h1>
  </StrictMode>,
);
