import { Link } from 'react-router';
import { Empty } from '../components/Messages';
import { Page } from '../components/Page';
import { links } from '../lib/links';

export function NotFoundPage() {
  return (
    <Page title="No such page">
      <Empty title="This address leads nowhere">
        <p>
          The link may be incomplete. Everything starts from the <Link to={links.dags}>list of DAGs</Link>.
        </p>
      </Empty>
    </Page>
  );
}
