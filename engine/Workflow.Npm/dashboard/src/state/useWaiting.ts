import { useApi } from './useApi';

/** How much waits for a person: versions that gates hold, and checks that were suggested. */
export function useWaiting(): number {
  const reviews = useApi('/api/v2/reviews', { query: { state: 'open', limit: 0 } });
  const proposals = useApi('/api/v2/proposals', { query: { state: 'proposed', limit: 0 } });
  return (reviews.data?.total_entries ?? 0) + (proposals.data?.total_entries ?? 0);
}
