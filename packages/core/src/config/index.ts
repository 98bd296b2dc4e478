/** Configuration: option tables, and where their values come from. */
export { commaList } from './comma-list.ts';
export { environment, loadOptions, type Sources } from './load.ts';
export { readConfigFile } from './file.ts';
export { type OptionRow, type OptionTable, type OptionValues, toEnvNames, toFlag } from './options.ts';
export { optionsHelp } from './help.ts';
