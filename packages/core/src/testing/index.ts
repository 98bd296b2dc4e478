/** The test kit. */
export { connect, type ConnectOptions, type TestAnswer, type TestClient } from './connect.ts';
export { type ContractOptions, contractSuite, type Example } from './contract.ts';
export { kill } from './kill.ts';
export { itWith } from './it-with.ts';
export { type OtlpSink, otlpSink, type ReceivedSpan, spansOf } from './otlp-sink.ts';
export { temporaryFolder } from './temporary-folder.ts';
