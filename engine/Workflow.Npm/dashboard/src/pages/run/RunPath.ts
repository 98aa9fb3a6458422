/** Which run. */
export interface RunPath {
  dag_id: string;
  dag_run_id: string;
}
