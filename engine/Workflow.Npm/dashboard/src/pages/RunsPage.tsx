import { Page } from '../components/Page';
import { RunList } from './run/RunList';

export function RunsPage() {
  return (
    <Page title="Runs">
      <RunList />
    </Page>
  );
}
