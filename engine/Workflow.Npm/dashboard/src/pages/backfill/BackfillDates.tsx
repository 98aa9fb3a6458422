import { Answered } from '../../components/Answered';
import { Pager } from '../../components/Pager';
import { Section } from '../../components/Page';
import { plural } from '../../lib/format';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { DateTable } from './DateTable';

const PAGE = 100;

export function BackfillDates({ id, dagId }: { id: number; dagId: string }) {
  const [offset, setOffset] = useParam('dates');
  const from = Number(offset ?? 0);
  const answer = useApi(
    '/api/v2/backfills/{backfill_id}/dates',
    { path: { backfill_id: id }, query: { limit: PAGE, offset: from } },
    { dag_id: dagId },
  );
  return (
    <Section title={`Dates of backfill ${id}`} note={answer.data && plural(answer.data.total_entries, 'date')}>
      <Answered answer={answer} what="The dates">
        {({ dates, total_entries: total }) => (
          <>
            <DateTable dates={dates} dagId={dagId} />
            <Pager from={from} page={PAGE} total={total} words={['Before', 'After']} onMove={(to) => setOffset(to > 0 ? String(to) : null)} />
          </>
        )}
      </Answered>
    </Section>
  );
}
