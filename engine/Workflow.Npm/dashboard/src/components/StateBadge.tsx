import type { Verdict } from '../api/types';
import { type AnyState, STATES, VERDICTS } from '../lib/states';
import { Icon } from './Icon';

type Props = { state: AnyState; large?: boolean; testId?: string } | { verdict: Verdict; large?: boolean; testId?: string };

/** A state as icon, colour and word. */
export function StateBadge(props: Props) {
  const { word, look } = 'verdict' in props ? VERDICTS[props.verdict] : STATES[props.state];
  return (
    <span className={`state state-${look} ${props.large ? 'state-large' : ''}`} data-testid={props.testId}>
      <Icon name={look} />
      {word}
    </span>
  );
}
