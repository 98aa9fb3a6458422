import { Answered } from '../../components/Answered';
import { Callout, Command, Empty } from '../../components/Messages';
import { Page } from '../../components/Page';
import { Table } from '../../components/Table';
import { Time } from '../../components/Time';
import { useApi } from '../../state/useApi';

/** Which schedulers there are, and whose DAG folder counts. */
export function SchedulersPage() {
  const answer = useApi('/api/v2/monitor/schedulers', {});
  return (
    <Page title="Schedulers">
      <p className="muted">Several schedulers may run at once. The DAG files of one of them count, so that versions do not change to and fro.</p>
      <Answered answer={answer} what="The list of schedulers">
        {({ schedulers }) =>
          schedulers.length === 0 ? (
            <Empty title="No scheduler runs">
              <p>Without one nothing is scheduled, and no run that waits is started.</p>
              <Command text="workflow up" />
            </Empty>
          ) : (
            <>
              {!schedulers.some((scheduler) => scheduler.has_the_say) && (
                <Callout kind="retry" title="No DAG folder counts at the moment; one is chosen within seconds." />
              )}
              <Table label="Schedulers" columns={['Scheduler', 'DAG folder', 'Whose folder counts', 'Last heard of', 'Started']}>
                {schedulers.map((scheduler) => (
                  <tr key={scheduler.name}>
                    <td className="strong">{scheduler.name}</td>
                    <td>
                      <code>{scheduler.dags_folder}</code>
                    </td>
                    <td>
                      {scheduler.has_the_say ? (
                        <>
                          this one, since <Time value={scheduler.has_the_say_since} />
                        </>
                      ) : (
                        <span className="muted">its DAG files are ignored</span>
                      )}
                    </td>
                    <td>
                      <Time value={scheduler.latest_heartbeat} />
                    </td>
                    <td>
                      <Time value={scheduler.start_date} />
                    </td>
                  </tr>
                ))}
              </Table>
            </>
          )
        }
      </Answered>
    </Page>
  );
}
