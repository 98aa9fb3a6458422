import { Link } from 'react-router';
import { Answered } from '../../components/Answered';
import { Empty } from '../../components/Messages';
import { Page } from '../../components/Page';
import { Search } from '../../components/Search';
import { Table } from '../../components/Table';
import { Time } from '../../components/Time';
import { count } from '../../lib/format';
import { links } from '../../lib/links';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';

const COLUMNS = [
  'Dataset',
  'Owner',
  'Tags',
  'Latest version',
  ...['Versions', 'Rows'].map((text) => ({ text, className: 'right' })),
  'Written',
];

export function DatasetsPage() {
  const [query, setQuery] = useParam('search');
  const answer = useApi('/api/v2/datasets', { query: { limit: 1000 } });
  return (
    <Page title="Datasets">
      <Answered answer={answer} what="The list of datasets">
        {({ datasets }) =>
          datasets.length === 0 ? (
            <Empty title="No dataset yet">
              <p>
                A dataset appears when a task writes one: a DAG declares it, the task's output becomes version 1, and every later run adds
                an immutable version with its schema, profile and hash.
              </p>
              <Link className="button button-main" to={links.dags}>
                Choose a DAG to run
              </Link>
            </Empty>
          ) : (
            <>
              <div className="toolbar">
                <Search label="Search names, owners, tags" value={query ?? ''} onChange={setQuery} />
              </div>
              <Table label="Datasets" columns={COLUMNS}>
                {datasets
                  .filter(({ name, owner, tags }) =>
                    [name, owner, ...tags].some((text) => text.toLowerCase().includes((query ?? '').toLowerCase())),
                  )
                  .map((dataset) => (
                    <tr key={dataset.name}>
                      <td className="wide">
                        <Link className="strong" to={links.dataset(dataset.name)}>
                          {dataset.name}
                        </Link>
                        {dataset.description && <div className="muted two-lines">{dataset.description}</div>}
                      </td>
                      <td>{dataset.owner || '–'}</td>
                      <td>
                        {dataset.tags.map((tag) => (
                          <span key={tag} className="tag">
                            {tag}
                          </span>
                        ))}
                      </td>
                      <td>{dataset.latest_version == null ? '–' : `v${dataset.latest_version}`}</td>
                      <td className="right number">{count(dataset.versions)}</td>
                      <td className="right number">{dataset.latest_rows == null ? '–' : count(dataset.latest_rows)}</td>
                      <td>
                        <Time value={dataset.latest_created_at} />
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
