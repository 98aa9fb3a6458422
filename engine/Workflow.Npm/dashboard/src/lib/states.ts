import type { RunState, TaskState, TryState, Verdict } from '../api/types';

export type AnyState = RunState | TaskState | TryState;

interface Look {
  word: string;
  /** Suffix of the colour variables and name of the icon. */
  look: 'success' | 'running' | 'queued' | 'retry' | 'failed' | 'upstream' | 'skipped' | 'pending' | 'cancelled';
}

/** The same words, colours and icons in every view. */
export const STATES: Record<AnyState, Look> = {
  success: { word: 'success', look: 'success' },
  running: { word: 'running', look: 'running' },
  queued: { word: 'queued', look: 'queued' },
  up_for_retry: { word: 'up for retry', look: 'retry' },
  failed: { word: 'failed', look: 'failed' },
  upstream_failed: { word: 'upstream failed', look: 'upstream' },
  skipped: { word: 'skipped', look: 'skipped' },
  pending: { word: 'pending', look: 'pending' },
  cancelled: { word: 'cancelled', look: 'cancelled' },
  lost: { word: 'lost', look: 'failed' },
  deferred: { word: 'deferred', look: 'queued' },
  removed: { word: 'removed', look: 'cancelled' },
};

export const VERDICTS: Record<Verdict, Look> = {
  pass: { word: 'pass', look: 'success' },
  fail: { word: 'fail', look: 'failed' },
  inconclusive: { word: 'inconclusive', look: 'retry' },
};

/** Order in which counts of states are listed: what needs a person first. */
export const STATE_ORDER: TaskState[] = [
  'failed',
  'upstream_failed',
  'up_for_retry',
  'running',
  'deferred',
  'queued',
  'pending',
  'skipped',
  'removed',
  'cancelled',
  'success',
];
