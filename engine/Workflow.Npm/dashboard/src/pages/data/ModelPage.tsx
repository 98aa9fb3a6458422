import { Link, Outlet, useOutletContext, useParams } from 'react-router';
import type { AliasMove, ModelDetails, ModelVersion } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Hash } from '../../components/Copy';
import { MadeBy } from '../../components/MadeBy';
import { Fact, Page, Section } from '../../components/Page';
import { Pager } from '../../components/Pager';
import { Parents } from '../../components/Parents';
import { StateBadge } from '../../components/StateBadge';
import { Table } from '../../components/Table';
import { Time } from '../../components/Time';
import { metric, plain, plural } from '../../lib/format';
import { links } from '../../lib/links';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';

const PAGE = 50;

export const useModel = () => useOutletContext<ModelDetails>();

/** Which version is live and may it be. */
export function ModelPage() {
  const { name = '' } = useParams();
  const answer = useApi('/api/v2/models/{name}', { path: { name } });
  const aliases = Object.entries(answer.data?.aliases ?? {});
  return (
    <Page
      title={name}
      badge={aliases.map(([alias, version]) => (
        <span key={alias} className="tag">
          {alias} v{version}
        </span>
      ))}
      facts={answer.data && <LiveFacts of={answer.data} />}
      tabs={[
        { to: links.model(name), label: 'Versions' },
        { to: links.modelLineage(name), label: 'Lineage' },
      ]}
    >
      <Answered answer={answer} what={`The model ${name}`}>
        {(details) => <Outlet context={details} key={name} />}
      </Answered>
    </Page>
  );
}

/** Every version with its metrics, gates and parents, and when aliases moved. */
export function ModelVersionsTab() {
  const { name, aliases, alias_moves, total_entries: total } = useModel();
  const [chosen] = useParam('version');
  const [offset, setOffset] = useParam('offset');
  // A link to a version leads to the page of the list that has it.
  const at = place(Number(chosen) || total, total);
  const from = offset === null ? at - (at % PAGE) : Number(offset);
  const answer = useApi('/api/v2/models/{name}', { path: { name }, query: { limit: PAGE, offset: from } });
  return (
    <>
      <Section title="Versions" note={plural(total, 'version')}>
        <Answered answer={answer} what="The versions">
          {({ versions }) => <Versions versions={versions} aliases={Object.entries(aliases)} chosen={chosen} />}
        </Answered>
        <Pager from={from} page={PAGE} total={total} onMove={(to) => setOffset(String(to))} />
      </Section>
      <Section title="Moves of aliases">
        {alias_moves.length === 0 ? <p className="muted">No version was promoted yet.</p> : <AliasMoves moves={alias_moves} />}
      </Section>
    </>
  );
}

/** Where a version stands in the list, newest first: numbers have no gaps. */
function place(version: number, total: number): number {
  return Math.max(0, total - version);
}

function LiveFacts({ of: { name, aliases, versions, total_entries } }: { of: ModelDetails }) {
  const champion = aliases.champion;
  const listed = versions.find(({ version }) => version === champion);
  const older = useApi(
    '/api/v2/models/{name}',
    champion === undefined || listed ? null : { path: { name }, query: { limit: 1, offset: place(champion, total_entries) } },
  );
  const live = listed ?? older.data?.versions[0];
  if (champion === undefined) return <Fact name="Live">no version has the alias champion</Fact>;
  if (!live) return <Fact name="Live">v{champion}</Fact>;
  return (
    <>
      <Fact name="Live">v{live.version}</Fact>
      {Object.entries(live.metrics).map(([name, value]) => (
        <Fact key={name} name={name}>
          <span title={String(value)}>{metric(value)}</span>
        </Fact>
      ))}
      <Fact name="Gates">
        <Gates of={live} />
      </Fact>
      <Fact name="Trained">
        <Time value={live.created_at} /> by <MadeBy of={live} />
      </Fact>
    </>
  );
}

interface VersionsProps {
  versions: ModelVersion[];
  aliases: [string, number][];
  chosen: string | null;
}

function Versions({ versions, aliases, chosen }: VersionsProps) {
  const metrics = [...new Set(versions.flatMap((version) => Object.keys(version.metrics)))];
  const measured = metrics.map((text) => ({ text, className: 'right' }));
  return (
    <Table label="Versions" columns={['Version', 'Flavour', ...measured, 'Gates', 'Made from', 'Parameters', 'Hash', 'Trained']}>
      {versions.map((version) => (
        <tr key={version.version} className={chosen === String(version.version) ? 'row-selected' : ''}>
          <td className="strong">
            <span>v{version.version}</span>
            {aliases.map(
              ([alias, at]) =>
                at === version.version && (
                  <span key={alias} className="tag">
                    {alias}
                  </span>
                ),
            )}
          </td>
          <td>{version.flavour}</td>
          {metrics.map((name) => (
            <td key={name} className="right number" title={String(version.metrics[name] ?? '')}>
              {plain(version.metrics[name])}
            </td>
          ))}
          <td>
            <Gates of={version} />
          </td>
          <td>
            <Parents of={version.parents} />
          </td>
          <td className="pairs">
            {Object.entries(version.params).map(([key, value]) => (
              <code key={key} className="pair">
                {key}={plain(value)}
              </code>
            ))}
          </td>
          <td>
            <Hash value={version.sha256} />
          </td>
          <td>
            <Time value={version.created_at} />
            <div>
              <MadeBy of={version} />
            </div>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Gates({ of }: { of: ModelVersion }) {
  if (of.gates.length === 0) return <span className="muted">not judged</span>;
  return of.gates.map((gate) => {
    const badge = (
      <>
        <StateBadge verdict={gate.verdict} /> {gate.task_id}
      </>
    );
    return (
      <div key={gate.task_id}>
        {of.dag_id && of.run_id ? <Link to={links.task(of.dag_id, of.run_id, gate.task_id)}>{badge}</Link> : badge}
      </div>
    );
  });
}

function AliasMoves({ moves }: { moves: AliasMove[] }) {
  return (
    <Table label="Moves of aliases" columns={['Alias', 'From', 'To', 'When', 'By run']}>
      {moves.map((move) => (
        <tr key={`${move.alias} ${move.at}`}>
          <td className="strong">{move.alias}</td>
          <td>{move.from_version == null ? '–' : `v${move.from_version}`}</td>
          <td>{move.to_version == null ? 'removed' : `v${move.to_version}`}</td>
          <td>
            <Time value={move.at} />
          </td>
          <td>{move.dag_id && move.run_id ? <Link to={links.run(move.dag_id, move.run_id)}>{move.run_id}</Link> : (move.run_id ?? '–')}</td>
        </tr>
      ))}
    </Table>
  );
}
