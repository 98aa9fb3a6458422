import type { DatasetVersionState } from '../api/types';
import { useApi } from './useApi';

const MOST = 200;

/** The newest versions of a dataset, to choose from. */
export function useVersions(name: string): DatasetVersionState[] {
  return useApi('/api/v2/datasets/{name}/versions', { path: { name }, query: { limit: MOST } }).data?.versions ?? [];
}
