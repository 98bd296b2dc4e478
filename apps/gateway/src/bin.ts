#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
// Beside the bundle: who can write there can write the program, too. Where this user cannot, Node starts without.
if (basename(folder) === 'bundle') enableCompileCache(`${folder}/cache`);
const { main } = await import('./main.ts');
await main(process.argv.slice(2));
