import { defineConfig } from 'vite';

const SERVER = process.env.COLLABORATION_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  // Two copies of yjs would not know each other's types.
  resolve: { dedupe: ['yjs', 'y-protocols', 'lib0'] },
  build: { chunkSizeWarningLimit: 1000 },
  server: { proxy: { '/ws': { target: SERVER, ws: true } } },
});
