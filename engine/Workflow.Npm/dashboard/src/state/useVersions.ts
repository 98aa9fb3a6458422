import type { DatasetVersionState } from '../api/types';
import { type Answer, useApi } from './useApi';

const MOST = 200;

/** The newest versions of a dataset, to choose from. */
export function useVersions(name: string): Answer<DatasetVersionState[]> {
  const answer = useApi('/api/v2/datasets/{name}/versions', { path: { name }, query: { limit: MOST } });
  return { ...answer, data: answer.data?.versions };
}
