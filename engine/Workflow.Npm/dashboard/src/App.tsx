import { useEffect } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { get } from './api/client';
import { Shell } from './components/Shell';
import { links } from './lib/links';
import { PoolsPage } from './pages/admin/PoolsPage';
import { SchedulersPage } from './pages/admin/SchedulersPage';
import { BackfillsTab } from './pages/backfill/BackfillsTab';
import { DagDetailsTab } from './pages/dag/DagDetailsTab';
import { DagGraphTab } from './pages/dag/DagGraphTab';
import { DagPage } from './pages/dag/DagPage';
import { DagRunsTab } from './pages/dag/DagRunsTab';
import { DagSourceTab } from './pages/dag/DagSourceTab';
import { TriggerPage } from './pages/dag/TriggerPage';
import { ContractTab } from './pages/data/ContractTab';
import { DatasetLineageTab } from './pages/data/DatasetLineageTab';
import { DatasetPage } from './pages/data/DatasetPage';
import { DatasetsPage } from './pages/data/DatasetsPage';
import { DriftTab } from './pages/data/DriftTab';
import { ModelLineageTab } from './pages/data/ModelLineageTab';
import { ModelPage, ModelVersionsTab } from './pages/data/ModelPage';
import { ModelsPage } from './pages/data/ModelsPage';
import { ProfileTab } from './pages/data/ProfileTab';
import { VersionsTab } from './pages/data/VersionsTab';
import { DagsPage } from './pages/DagsPage';
import { NotFoundPage } from './pages/NotFoundPage';
import { ProposalsTab } from './pages/review/ProposalsTab';
import { ReviewPage } from './pages/review/ReviewPage';
import { ReviewsTab } from './pages/review/ReviewsTab';
import { RowsTab } from './pages/review/RowsTab';
import { RunPage } from './pages/run/RunPage';
import { RunsPage } from './pages/RunsPage';
import { SignInPage } from './pages/SignInPage';
import { session, signedIn } from './state/session';
import { useStore } from './state/store';

/** Signed out, every address shows the sign-in page and stays, so that signing in returns to it. */
export function App() {
  const state = useStore(session);
  useEffect(() => {
    // Any answer but 401 means signed in: when the engine is down, the pages say so themselves.
    if (state === 'unknown') get('/api/v2/me').then(signedIn, (error: { status: number }) => error.status !== 401 && signedIn());
  }, [state]);

  if (state === 'unknown' && location.pathname !== '/login') return null;
  if (state !== 'in') return <SignInPage />;
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<Navigate to={links.dags} replace />} />
        <Route path="login" element={<Navigate to={links.dags} replace />} />
        <Route path="dags" element={<DagsPage />} />
        <Route path="dags/:dagId" element={<DagPage />}>
          <Route index element={<DagGraphTab />} />
          <Route path="runs" element={<DagRunsTab />} />
          <Route path="backfills" element={<BackfillsTab />} />
          <Route path="source" element={<DagSourceTab />} />
          <Route path="details" element={<DagDetailsTab />} />
        </Route>
        <Route path="dags/:dagId/trigger" element={<TriggerPage />} />
        <Route path="dags/:dagId/runs/:runId" element={<RunPage />} />
        <Route path="runs" element={<RunsPage />} />
        <Route path="datasets" element={<DatasetsPage />} />
        <Route path="datasets/:name" element={<DatasetPage />}>
          <Route index element={<VersionsTab />} />
          <Route path="profile" element={<ProfileTab />} />
          <Route path="drift" element={<DriftTab />} />
          <Route path="contract" element={<ContractTab />} />
          <Route path="lineage" element={<DatasetLineageTab />} />
        </Route>
        <Route path="models" element={<ModelsPage />} />
        <Route path="models/:name" element={<ModelPage />}>
          <Route index element={<ModelVersionsTab />} />
          <Route path="lineage" element={<ModelLineageTab />} />
        </Route>
        <Route path="review" element={<ReviewPage />}>
          <Route index element={<ReviewsTab />} />
          <Route path="checks" element={<ProposalsTab />} />
          <Route path="rows" element={<RowsTab />} />
        </Route>
        <Route path="pools" element={<PoolsPage />} />
        <Route path="schedulers" element={<SchedulersPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}
