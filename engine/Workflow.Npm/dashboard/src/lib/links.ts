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
  dataset: (name: string, version?: number) => `/datasets/${part(name)}${version ? `?version=${version}` : ''}`,
  models: '/models',
  model: (name: string, version?: number) => `/models/${part(name)}${version ? `?version=${version}` : ''}`,
};
