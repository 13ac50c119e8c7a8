import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The API, and Latchkey's own pages but the one that is ours. */
const passedOn =
  '^/(api|verify-email|change-email|forgot-password|setup|sign-in|sign-up|sign-out|account|language|docs|openapi.json|dev|latchkey)(/|[?]|$)'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // This repository runs from its sources; where the packages come from npm this line goes.
  resolve: { conditions: ['development', 'browser', 'module'] },
  // A data: address would be refused by the policy of the page.
  build: { outDir: 'dist/web', assetsInlineLimit: 0 },
  server: { port: 5173, strictPort: true, proxy: { [passedOn]: 'http://localhost:4000' } },
})
