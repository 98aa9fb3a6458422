import type { Verdict } from '../api/types';
import { type AnyState, type Look, STATES, VERDICTS } from '../lib/states';
import { Icon } from './Icon';

type Props = ({ state: AnyState } | { verdict: Verdict } | { look: Look }) & { large?: boolean; testId?: string };

/** A state as icon, colour and word. */
export function StateBadge(props: Props) {
  const { word, look, icon } = 'look' in props ? props.look : 'verdict' in props ? VERDICTS[props.verdict] : STATES[props.state];
  return (
    <span className={`state state-${look} ${props.large ? 'state-large' : ''}`} data-testid={props.testId}>
      <Icon name={icon ?? look} />
      {word}
    </span>
  );
}
