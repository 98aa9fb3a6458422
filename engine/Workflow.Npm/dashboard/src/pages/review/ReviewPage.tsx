import { Outlet } from 'react-router';
import { Page } from '../../components/Page';
import { links } from '../../lib/links';

/** What a person has to decide. */
export function ReviewPage() {
  return (
    <Page
      title="Review"
      tabs={[
        { to: links.review, label: 'Versions' },
        { to: links.proposals(), label: 'Suggested checks' },
        { to: links.rows, label: 'Rows set aside' },
      ]}
    >
      <Outlet />
    </Page>
  );
}
