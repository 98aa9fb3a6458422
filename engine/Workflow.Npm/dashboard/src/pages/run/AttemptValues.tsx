import { Answered } from '../../components/Answered';
import { CopyButton } from '../../components/Copy';
import { useApi } from '../../state/useApi';
import type { Attempt } from '../../state/useLog';

/** What an attempt was given by the tasks before it, and what it handed on. */
export function AttemptValues({ attempt }: { attempt: Attempt }) {
  const { map_index, ...path } = attempt;
  const answer = useApi(
    '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/tries/{try_number}',
    { path, query: { map_index } },
    attempt,
  );
  return (
    <Answered answer={answer} what="The values">
      {({ inputs, output }) => (
        <>
          <h3>Output</h3>
          {output == null ? <p className="muted">The attempt handed on no value.</p> : <Values of={[['return_value', output]]} />}
          <h3>Inputs</h3>
          {inputs.length === 0 ? (
            <p className="muted">No task before it had handed on a value.</p>
          ) : (
            <Values of={inputs.map((input) => [`${input.task_id}${input.map_index >= 0 ? ` [${input.map_index}]` : ''}`, input.value])} />
          )}
        </>
      )}
    </Answered>
  );
}

function Values({ of }: { of: [string, unknown][] }) {
  return (
    <dl className="values">
      {of.map(([key, value]) => {
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
  );
}
