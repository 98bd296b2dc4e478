#!/usr/bin/env node
/** Runs the browser server from the command line. */
import { cacheCompiled } from '@sandlot/core/compile-cache';

cacheCompiled(import.meta.url);
const [{ runServer }, { browser }] = await Promise.all([import('@sandlot/core/cli'), import('./index.ts')]);
await runServer(browser);
