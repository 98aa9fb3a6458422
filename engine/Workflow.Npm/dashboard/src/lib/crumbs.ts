export interface Crumb {
  to: string;
  word: string;
}

const WORDS: Record<string, string> = {
  dags: 'DAGs',
  runs: 'Runs',
  source: 'Source',
  details: 'Details',
  trigger: 'Trigger',
  datasets: 'Datasets',
  models: 'Models',
  backfills: 'Backfills',
  profile: 'Profile',
  drift: 'Drift',
  contract: 'Contract',
  lineage: 'Lineage',
  review: 'Review',
  pools: 'Pools',
  schedulers: 'Schedulers',
};

/** Where a page is: each part of its address; names below a list stay as they are. */
export function crumbs(pathname: string): Crumb[] {
  const parts = pathname.split('/').filter(Boolean);
  return parts.map((part, index) => ({
    to: `/${parts.slice(0, index + 1).join('/')}`,
    // Every second part is a name that someone chose.
    word: index % 2 === 0 ? (WORDS[part] ?? part) : decodeURIComponent(part),
  }));
}
