import type { Graph, GraphTask, TaskInstance, TaskState } from '../api/types';
import { shownState, STATE_ORDER } from '../lib/states';

/** A group that is folded into one node. */
export interface Folded {
  id: string;
  members: GraphTask[];
}

/** The group that a task is drawn in. The node that expands a mapped group belongs to it: both have one id. */
export function groupOf(task: GraphTask): string | null {
  return task.kind === 'expand' ? task.task_id : (task.group_id ?? null);
}

/** A group with those that it is in, outermost first: `outer`, `outer.inner`. */
export function pathOf(group: string): string[] {
  const parts = group.split('.');
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
}

/** Every group of a graph, outer ones first. */
export function groupsOf(graph: Graph): string[] {
  return [...new Set(graph.tasks.flatMap((task) => pathsOf(task)))].sort((one, other) => one.length - other.length);
}

function pathsOf(task: GraphTask): string[] {
  const group = groupOf(task);
  return group ? pathOf(group) : [];
}

/** The graph as it is drawn: each folded group is one node that has all edges of its members. */
export function foldGroups(graph: Graph, closed: ReadonlySet<string>): { graph: Graph; folded: Folded[] } {
  const members = new Map<string, GraphTask[]>();
  const place = new Map<string, string>();
  for (const task of graph.tasks) {
    const outer = pathsOf(task).find((group) => closed.has(group));
    place.set(task.task_id, outer ? nodeOf(outer) : task.task_id);
    if (outer) members.set(outer, [...(members.get(outer) ?? []), task]);
  }
  const drawn = new Map<string, GraphTask>();
  for (const task of graph.tasks) {
    const id = place.get(task.task_id)!;
    const upstream = task.upstream_task_ids.map((other) => place.get(other)!).filter((other) => other !== id);
    const before = drawn.get(id);
    const merged = before ?? { ...task, task_id: id, kind: id === task.task_id ? task.kind : 'task', upstream_task_ids: [], inlets: [], outlets: [], group_id: parentOf(id, task) } satisfies GraphTask;
    drawn.set(id, {
      ...merged,
      upstream_task_ids: [...new Set([...merged.upstream_task_ids, ...upstream])],
      inlets: [...new Set([...merged.inlets, ...task.inlets])],
      outlets: [...new Set([...merged.outlets, ...task.outlets])],
    });
  }
  return { graph: { tasks: [...drawn.values()] }, folded: [...members].map(([id, tasks]) => ({ id, members: tasks })) };
}

/** A node's name for a group: no task can have it. */
export function nodeOf(group: string): string {
  return `group\u0000${group}`;
}

function parentOf(id: string, task: GraphTask): string | null {
  if (id === task.task_id) return groupOf(task);
  const group = id.slice(nodeOf('').length);
  return group.includes('.') ? group.slice(0, group.lastIndexOf('.')) : null;
}

/** The state that a folded group shows: of its tasks' states the one that needs a person first. */
export function worstState(members: GraphTask[], instances: Map<string, TaskInstance>): TaskState | undefined {
  const states = new Set(members.map(({ task_id }) => instances.get(task_id)).filter((instance) => instance !== undefined).map(shownState));
  return STATE_ORDER.find((state) => states.has(state));
}
