const part = encodeURIComponent;

/** Every address inside the dashboard, in one place. */
export const links = {
  dags: '/dags',
  dag: (dagId: string, tab?: 'runs' | 'backfills' | 'source' | 'details') => `/dags/${part(dagId)}${tab ? `/${tab}` : ''}`,
  source: (dagId: string, version: number) => `/dags/${part(dagId)}/source?version=${version}`,
  trigger: (dagId: string, conf?: Record<string, unknown>) =>
    `/dags/${part(dagId)}/trigger${conf ? `?conf=${part(JSON.stringify(conf))}` : ''}`,
  runs: '/runs',
  run: (dagId: string, runId: string) => `/dags/${part(dagId)}/runs/${part(runId)}`,
  task: (dagId: string, runId: string, taskId: string) => `/dags/${part(dagId)}/runs/${part(runId)}?task=${part(taskId)}`,
  pools: '/pools',
  schedulers: '/schedulers',
  datasets: '/datasets',
  dataset: (name: string, version?: number | null) => `/datasets/${part(name)}${search({ version })}`,
  datasetTab: (name: string, tab: 'profile' | 'drift' | 'contract' | 'lineage', query: Query = {}) =>
    `/datasets/${part(name)}/${tab}${search(query)}`,
  models: '/models',
  model: (name: string, version?: number | null) => `/models/${part(name)}${search({ version })}`,
  modelLineage: (name: string, query: Query = {}) => `/models/${part(name)}/lineage${search(query)}`,
  review: '/review',
  reviewOf: (reviewId: number) => `/review?review=${reviewId}`,
  proposals: (dataset?: string) => `/review/checks${search({ dataset })}`,
  rows: '/review/rows',
};

type Query = Record<string, string | number | null | undefined>;

function search(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value != null && value !== '');
  return given.length > 0 ? `?${given.map(([key, value]) => `${key}=${part(String(value))}`).join('&')}` : '';
}
