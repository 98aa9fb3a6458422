import { useApi } from '../state/useApi';
import { plural } from '../lib/format';
import { Icon } from './Icon';

/** At the foot of the rail: whether the engine works, in words when it does not. */
export function HealthLine() {
  const { data } = useApi('/api/v2/monitor/health', {});
  const version = useApi('/api/v2/version', {}, 'never').data?.version;
  if (!data) return null;
  const trouble = [
    data.metadatabase.status !== 'healthy' && 'the database does not answer',
    data.scheduler.status !== 'healthy' && 'the scheduler does not run',
    data.workers.alive === 0 && 'no worker is alive, so nothing runs',
  ].filter((text) => text !== false);
  const text = trouble.length > 0 ? trouble.join('; ') : `${plural(data.workers.alive, 'worker')}, ${plural(data.workers.slots, 'slot')}`;
  return (
    <div className="health" title={`${text}${version ? ` · version ${version}` : ''}`}>
      <span className={`state state-${trouble.length > 0 ? 'failed' : 'success'}`}>
        <Icon name={trouble.length > 0 ? 'failed' : 'success'} />
        <span className="rail-word">{text}</span>
      </span>
      {version && <span className="rail-word muted">version {version}</span>}
    </div>
  );
}
