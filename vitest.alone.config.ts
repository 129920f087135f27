import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/alone/**/*.test.ts'], pool: 'forks', maxWorkers: 1, fileParallelism: false },
});
