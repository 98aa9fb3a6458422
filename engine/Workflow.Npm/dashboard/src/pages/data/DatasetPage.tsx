import { Link, Outlet, useOutletContext, useParams } from 'react-router';
import type { DatasetDetails } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Fact, Page } from '../../components/Page';
import { Time } from '../../components/Time';
import { count } from '../../lib/format';
import { links } from '../../lib/links';
import { useApi } from '../../state/useApi';

export const useDataset = () => useOutletContext<DatasetDetails>();

/** What a dataset is and holds; its newest version comes with it, for its columns. */
export function DatasetPage() {
  const { name = '' } = useParams();
  const answer = useApi('/api/v2/datasets/{name}', { path: { name }, query: { limit: 1 } });
  const dataset = answer.data;
  return (
    <Page
      title={name}
      badge={dataset?.tags.map((tag) => (
        <span key={tag} className="tag">
          {tag}
        </span>
      ))}
      facts={dataset && <DatasetFacts of={dataset} />}
      tabs={[
        { to: links.dataset(name), label: 'Versions' },
        { to: links.datasetTab(name, 'profile'), label: 'Profile' },
        { to: links.datasetTab(name, 'drift'), label: 'Drift' },
        { to: links.datasetTab(name, 'contract'), label: 'Contract' },
        { to: links.datasetTab(name, 'lineage'), label: 'Lineage' },
      ]}
    >
      <Answered answer={answer} what={`The dataset ${name}`}>
        {(details) => <Outlet context={details} key={name} />}
      </Answered>
    </Page>
  );
}

function DatasetFacts({ of }: { of: DatasetDetails }) {
  const newest = of.versions[0];
  return (
    <>
      {of.description && <div className="fact-line">{of.description}</div>}
      <Fact name="Owner">{of.owner || '–'}</Fact>
      {newest && (
        <>
          <Fact name="Newest">
            <Link to={links.dataset(of.name, newest.version)}>v{newest.version}</Link> with {count(newest.rows)} rows,{' '}
            <Time value={newest.created_at} />
          </Fact>
          <Fact name="Columns">{newest.columns.length}</Fact>
        </>
      )}
      <Fact name="Contract">
        {of.contract_version ? <Link to={links.datasetTab(of.name, 'contract')}>v{of.contract_version}</Link> : 'none'}
      </Fact>
      <Fact name="Checks">
        <Link to={links.proposals(of.name)}>suggested</Link>
      </Fact>
      <Fact name="Kept">{kept(of.retention)}</Fact>
      {of.described_by && (
        <Fact name="Described by">
          <Link to={links.dag(of.described_by)}>{of.described_by}</Link>
        </Fact>
      )}
    </>
  );
}

function kept({ versions, days, cold_after_days }: DatasetDetails['retention']): string {
  const said = [
    versions != null && `${count(versions)} of each slice`,
    days != null && `for ${count(days)} days`,
    cold_after_days != null && `cold after ${count(cold_after_days)} days`,
  ].filter(Boolean);
  return said.join(', ') || 'for ever';
}
