import { Answered } from '../../components/Answered';
import { CopyButton } from '../../components/Copy';
import { useApi } from '../../state/useApi';

interface Props {
  path: { dag_id: string; dag_run_id: string; task_id: string };
}

/** The values that the task handed on to later ones. */
export function XComs({ path }: Props) {
  const answer = useApi('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries', { path }, path);
  return (
    <Answered answer={answer} what="The values">
      {({ xcom_entries: entries }) =>
        entries.length === 0 ? (
          <p className="muted">The task handed on no value.</p>
        ) : (
          <dl className="values">
            {entries.map(({ key, value }) => {
              const text = JSON.stringify(value, null, 2);
              return (
                <div key={key}>
                  <dt>
                    {key} <CopyButton text={text} label={`Copy ${key}`} />
                  </dt>
                  <dd>
                    <pre>{text}</pre>
                  </dd>
                </div>
              );
            })}
          </dl>
        )
      }
    </Answered>
  );
}
