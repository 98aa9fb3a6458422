import type { ReactNode } from 'react';
import type { Answer } from '../state/useApi';
import { Failure, Loading } from './Messages';

/**
 * Shows an answer of the API: a word while waiting, what went wrong otherwise. Data that is already there stays when a later refresh fails.
 */
export function Answered<T>({ answer, what, children }: { answer: Answer<T>; what: string; children: (data: T & {}) => ReactNode }) {
  const { data, error, refresh } = answer;
  return (
    <>
      {error && error.status !== 401 && (
        <Failure what={`${what} could not be ${data ? 'refreshed' : 'loaded'}.`} error={error} retry={refresh} />
      )}
      {data != null ? children(data) : !error && <Loading />}
    </>
  );
}
