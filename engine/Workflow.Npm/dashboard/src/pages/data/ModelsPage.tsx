import { Link } from 'react-router';
import { Answered } from '../../components/Answered';
import { Empty } from '../../components/Messages';
import { Page } from '../../components/Page';
import { Search } from '../../components/Search';
import { Table } from '../../components/Table';
import { count } from '../../lib/format';
import { links } from '../../lib/links';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';

export function ModelsPage() {
  const [query, setQuery] = useParam('search');
  const answer = useApi('/api/v2/models', { query: { limit: 1000 } });
  return (
    <Page title="Models">
      <Answered answer={answer} what="The list of models">
        {({ models }) =>
          models.length === 0 ? (
            <Empty title="No model yet">
              <p>
                A model appears when a training task of a DAG succeeds. A gate judges it, and a promoting task gives it the alias that
                others load.
              </p>
              <Link className="button button-main" to={links.dags}>
                Choose a DAG to run
              </Link>
            </Empty>
          ) : (
            <>
              <div className="toolbar">
                <Search label="Search models" value={query ?? ''} onChange={setQuery} />
              </div>
              <Table label="Models" columns={['Model', 'Live', 'Latest version', { text: 'Versions', className: 'right' }]}>
                {models
                  .filter(({ name }) => name.toLowerCase().includes((query ?? '').toLowerCase()))
                  .map((model) => (
                    <tr key={model.name}>
                      <td className="wide">
                        <Link className="strong" to={links.model(model.name)}>
                          {model.name}
                        </Link>
                      </td>
                      <td>
                        {Object.entries(model.aliases).map(([alias, version]) => (
                          <Link key={alias} className="tag" to={links.model(model.name, version)}>
                            {alias} v{version}
                          </Link>
                        ))}
                        {Object.keys(model.aliases).length === 0 && <span className="muted">none promoted</span>}
                      </td>
                      <td>{model.latest_version == null ? '–' : `v${model.latest_version}`}</td>
                      <td className="right number">{count(model.versions)}</td>
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
