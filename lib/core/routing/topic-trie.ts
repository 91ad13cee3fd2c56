/**
 * Topic bindings as a trie over the words of their patterns. A key walks it as a set of nodes, word by word,
 * so the cost depends on the words of the key and the branches that fit, and not on the number of bindings.
 */
import { topicWords } from './topic.ts';
import { normalTopic } from './topic-pattern.ts';

interface Node {
  /** Most nodes have one child, for which a map would take ten times the memory. */
  onlyWord: string | undefined;
  onlyChild: Node | undefined;
  words: Map<string, Node> | undefined;
  star: Node | undefined;
  hash: Node | undefined;
  readonly isHash: boolean;
  targets: number[] | undefined;
  /** The last step in which this node was reached; only '#' can be reached twice in one step. */
  step: number;
}

/** Bindings by pattern; targets are numbers of the caller's choice. */
export interface TopicTrie {
  add(pattern: string, target: number): void;
  /** Calls `found` for the targets of all patterns that match; a target may come more than once. */
  match(key: string, found: (target: number) => void): void;
}

/** An empty trie. */
export function topicTrie(): TopicTrie {
  const root = newNode(false);
  let step = 0;
  let active: Node[] = [];
  let next: Node[] = [];

  // '#' may take no word at all, so whoever reaches a node has reached the '#' below it.
  const reach = (node: Node, nodes: Node[]) => {
    nodes.push(node);
    for (let hash = node.hash; hash !== undefined && hash.step !== step; hash = hash.hash) {
      hash.step = step;
      nodes.push(hash);
    }
  };

  const advance = (word: string) => {
    step++;
    next.length = 0;
    for (const node of active) {
      if (node.isHash && node.step !== step) {
        node.step = step;
        reach(node, next);
      }
      const child = node.words === undefined ? onlyChildOf(node, word) : node.words.get(word);
      if (child !== undefined) reach(child, next);
      if (node.star !== undefined) reach(node.star, next);
    }
    [active, next] = [next, active];
  };

  return {
    add: (pattern, target) => {
      const node = nodeFor(root, topicWords(normalTopic(pattern)));
      if (node.targets === undefined) node.targets = [target];
      else node.targets.push(target);
    },
    match: (key, found) => {
      step++;
      active.length = 0;
      reach(root, active);
      if (key !== '') {
        let from = 0;
        for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', from)) {
          advance(key.slice(from, dot));
          if (active.length === 0) return;
          from = dot + 1;
        }
        advance(key.slice(from));
      }
      for (const node of active) {
        if (node.targets === undefined) continue;
        for (const target of node.targets) found(target);
      }
    },
  };
}

function newNode(isHash: boolean): Node {
  return {
    onlyWord: undefined,
    onlyChild: undefined,
    words: undefined,
    star: undefined,
    hash: undefined,
    isHash,
    targets: undefined,
    step: 0,
  };
}

function nodeFor(root: Node, words: readonly string[]): Node {
  let node = root;
  for (const word of words) node = childFor(node, word);
  return node;
}

function childFor(node: Node, word: string): Node {
  if (word === '*') {
    node.star ??= newNode(false);
    return node.star;
  }
  if (word === '#') {
    node.hash ??= newNode(true);
    return node.hash;
  }
  const known = node.words === undefined ? onlyChildOf(node, word) : node.words.get(word);
  if (known !== undefined) return known;
  const child = newNode(false);
  if (node.onlyChild === undefined) {
    node.onlyWord = word;
    node.onlyChild = child;
  } else {
    node.words ??= new Map([[node.onlyWord ?? '', node.onlyChild]]);
    node.words.set(word, child);
  }
  return child;
}

function onlyChildOf(node: Node, word: string): Node | undefined {
  return node.onlyWord === word ? node.onlyChild : undefined;
}
