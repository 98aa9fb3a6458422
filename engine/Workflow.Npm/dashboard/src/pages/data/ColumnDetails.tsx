import { Link } from 'react-router';
import type { FullColumnProfile } from '../../api/types';
import { Histogram } from '../../components/charts/Histogram';
import { ValueBars } from '../../components/charts/ValueBars';
import { Fact } from '../../components/Page';
import { count, metric, percent, valueText } from '../../lib/format';
import { links } from '../../lib/links';

const MOST_VALUES = 12;

interface Props {
  of: FullColumnProfile;
  rows: number;
  dataset: string;
  /** The version that is shown; none for all slices together. */
  version: number | undefined;
}

/** The distribution of one column. */
export function ColumnDetails({ of, rows, dataset, version }: Props) {
  return (
    <>
      <dl className="facts">
        <Fact name="Type">
          <code>{of.type}</code>
        </Fact>
        <Fact name="Values">{count(of.count)}</Fact>
        <Fact name="Nulls">
          {count(of.nulls)} ({percent(of.nulls / Math.max(1, rows))})
        </Fact>
        <Fact name="Distinct">{distinct(of)}</Fact>
        {of.nans > 0 && <Fact name="Not a number">{count(of.nans)}</Fact>}
        {of.infinities > 0 && <Fact name="Infinite">{count(of.infinities)}</Fact>}
        {of.mean != null && (
          <Fact name="Mean">
            <span title={String(of.mean)}>{metric(of.mean)}</span>
          </Fact>
        )}
        {of.sd != null && (
          <Fact name="Standard deviation">
            <span title={String(of.sd)}>{metric(of.sd)}</span>
          </Fact>
        )}
      </dl>
      {of.histogram.length > 0 && (
        <>
          <h3>Distribution</h3>
          <Histogram bins={of.histogram} type={of.type} large />
        </>
      )}
      {of.quantiles.length > 0 && (
        <>
          <h3>Quantiles</h3>
          <dl className="quantiles number">
            <Quantile name="min" value={of.min} type={of.type} />
            {of.quantiles.map(({ share, value }) => (
              <Quantile key={share} name={`${Number((share * 100).toFixed(2))} %`} value={value} type={of.type} />
            ))}
            <Quantile name="max" value={of.max} type={of.type} />
          </dl>
        </>
      )}
      {of.top_values.some((value) => value.count > 1) && (
        <>
          <h3>Most frequent values</h3>
          <ValueBars values={of.top_values.slice(0, MOST_VALUES)} of={of.count} />
        </>
      )}
      <p className="row">
        <Link to={links.datasetTab(dataset, 'drift', { current: version, column: of.column })}>Compare with another version</Link>
        <Link to={links.datasetTab(dataset, 'lineage', { direction: 'downstream', column: of.column })}>What would break without it</Link>
      </p>
    </>
  );
}

function Quantile({ name, value, type }: { name: string; value: string | null | undefined; type: string }) {
  return (
    <div>
      <dt className="muted">{name}</dt>
      <dd title={value ?? undefined}>{valueText(value, type)}</dd>
    </div>
  );
}

export function quantile(of: FullColumnProfile, share: number): string | undefined {
  return of.quantiles.find((each) => Math.abs(each.share - share) < 1e-9)?.value;
}

/** Whether the values of a column were told apart; those of lists and structures are not. */
export function isCounted(of: FullColumnProfile): boolean {
  return of.distinct > 0 || of.count === 0;
}

/** How many different values there are; estimated where there are many. */
export function distinct(of: FullColumnProfile): string {
  return isCounted(of) ? `${of.is_distinct_exact ? '' : '≈ '}${count(of.distinct)}` : '–';
}
