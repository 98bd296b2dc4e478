/** Documentation that is generated from definitions. */
export { optionTable, table, toolTable } from './tables.ts';
