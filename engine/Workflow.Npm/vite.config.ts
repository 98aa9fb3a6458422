import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'dashboard',
  plugins: [react()],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    // Browsers since spring 2024: they know light-dark(), on which the themes rest.
    target: ['chrome123', 'firefox124', 'safari17.5'],
    // Nothing is inlined as data:, so the strictest content security policy holds.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': 'http://localhost:8080' } },
});
