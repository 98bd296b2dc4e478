import { defineConfig } from 'vitest/config';

const conditions = ['@sandlot/source', 'module', 'node', 'import', 'default'];

// A failing test must mean a failing product, at any machine load: limits are generous, waits are for conditions.
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    globalSetup: ['./test/node-version.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    maxWorkers: '100%',
    execArgv: ['--conditions=@sandlot/source'],
  },
});
