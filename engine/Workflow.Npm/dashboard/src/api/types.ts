import type { components } from './schema';

type Schemas = components['schemas'];

export type AliasMove = Schemas['AliasMove'];
export type Dag = Schemas['Dag'];
export type DagDetails = Schemas['DagDetails'];
export type DagRun = Schemas['DagRun'];
export type DatasetVersion = Schemas['DatasetVersion'];
export type Diagnostic = Schemas['Diagnostic'];
export type Gate = Schemas['Gate'];
export type GateCheck = Schemas['GateCheck'];
export type Graph = Schemas['Graph'];
export type GraphTask = Schemas['GraphTask'];
export type HealthInfo = Schemas['HealthInfo'];
export type ImportError = Schemas['ImportError'];
export type LogLine = Schemas['LogLine'];
export type LogLevel = Schemas['LogLevel'];
export type ModelVersion = Schemas['ModelVersion'];
export type Param = Schemas['Param'];
export type Parent = Schemas['Parent'];
export type RecentRun = Schemas['RecentRun'];
export type RunState = Schemas['RunState'];
export type TaskInstance = Schemas['TaskInstance'];
export type TaskKind = Schemas['TaskKind'];
export type TaskState = Schemas['TaskState'];
export type TaskTry = Schemas['TaskTry'];
export type TryState = Schemas['TryState'];
export type Verdict = Schemas['Verdict'];
