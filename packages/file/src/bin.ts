#!/usr/bin/env node
import { cacheCompiled } from '@sandlot/core/compile-cache';

cacheCompiled(import.meta.url);
const [{ runServer }, { file }] = await Promise.all([import('@sandlot/core/cli'), import('./index.ts')]);
await runServer(file);
