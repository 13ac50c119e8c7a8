import { defineConfig } from 'vite'

/** Built into the server's package, which brings it along; the server renders the page around it. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/latchkey/console/',
  // The client's sources, as everywhere in the repository.
  resolve: { conditions: ['development', 'module', 'browser'] },
  build: {
    outDir: '../../packages/server/dist/console',
    emptyOutDir: true,
    assetsDir: '',
    manifest: 'manifest.json',
    target: 'es2023',
    // With light-dark() as it is: what stands in for it elsewhere would not see the server's color-scheme.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Nothing is preloaded by script: what a page begins with is in its head.
    modulePreload: false,
    // A data: address would be refused by the policy of the page.
    assetsInlineLimit: 0,
    rolldownOptions: { input: 'src/main.tsx' },
  },
})
