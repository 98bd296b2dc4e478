#!/usr/bin/env node
import { cacheCompiled } from '@sandlot/core/compile-cache';

cacheCompiled(import.meta.url);
const { main } = await import('./main.ts');
await main(process.argv.slice(2));
