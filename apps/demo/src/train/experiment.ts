import {
  createTraining,
  type DataName,
  defaultNetwork,
  defaultThreads,
  fitted,
  isolate,
  mostNetworks,
  mostThreads,
  type NetworkChoices,
  type OwnImage,
  planKeys,
  readPlan,
  type Scene,
  type SceneName,
  sceneNamed,
  scenes,
  type Training,
  type TrainingPlan,
  trainingWorker,
  writePlan,
} from '@tooling/widgets';
import { type Ref, reactive, ref, type ShallowRef, shallowRef } from 'vue';
import { queryOf, writeQuery } from '../address';
import { settled } from '../shell/inTurn';

/** What is trained, kept in the address, and the training itself. */
export interface Experiment {
  readonly plan: TrainingPlan;
  readonly scene: Readonly<Ref<SceneName | undefined>>;
  readonly training: Readonly<ShallowRef<Training | undefined>>;
  open(scene: SceneName): void;
  setData(data: DataName): void;
  setOwn(images: readonly OwnImage[]): void;
  setSeed(seed: number): void;
  setNetwork(index: number, changes: Partial<NetworkChoices>): void;
  addNetwork(): void;
  removeNetwork(index: number): void;
  /** Starts over with so many threads. */
  setThreads(threads: number): void;
  /** Starts the worker, once the page is isolated where it can be. `base` is where the service worker is. */
  start(base: string): Promise<void>;
  /** Takes what the address says, after the visitor went back. */
  reread(): void;
}

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
/** For what a plan shows beside its networks. */
const framesAfter = 4;
export const letters = 'ABCD';
export const runColour = (index: number): string => `run-${index + 1}`;

/** What the link asks for, where the machine has it. */
function chosenThreads(query: URLSearchParams): number {
  const asked = Number(query.get('threads'));
  return Number.isInteger(asked) && asked >= 1 ? Math.min(asked, mostThreads()) : defaultThreads();
}

function chosen(query: URLSearchParams): { plan: TrainingPlan; scene: Scene | undefined } {
  const named = sceneNamed(query.get('scene'));
  const free = planKeys.some((key) => query.has(key));
  const scene = named ?? (free ? undefined : scenes[0]);
  return { plan: copy(scene?.plan ?? readPlan(query)), scene };
}

export function createExperiment(): Experiment {
  const first = chosen(queryOf());
  const plan = reactive(first.plan);
  const scene = ref(first.scene?.name);
  const training = shallowRef<Training>();

  const build = (images?: readonly OwnImage[]): void =>
    training.value?.build(copy(plan), sceneNamed(scene.value ?? null)?.script ?? [], images);
  /** The visitor's own experiment, from now on. */
  const write = (): void => {
    scene.value = undefined;
    const keys = writePlan(plan);
    const isEmpty = Object.values(keys).every((value) => value === null);
    // An address without choices opens the first scene.
    writeQuery({ ...keys, ...(isEmpty ? { activation: plan.networks[0]?.activation ?? null } : {}), scene: null });
  };
  const change = (): void => {
    write();
    build();
  };

  return {
    plan,
    scene,
    training,
    open(name) {
      const found = sceneNamed(name);
      if (!found) return;
      Object.assign(plan, copy(found.plan));
      scene.value = name;
      // First: the worker leaves its core while the browser writes the address.
      build();
      const cleared = Object.fromEntries(planKeys.map((key) => [key, null]));
      writeQuery({ ...cleared, scene: name }, 'push');
    },
    setData(data) {
      plan.data = data;
      plan.networks = plan.networks.map((network) => fitted(network, data));
      change();
    },
    setOwn(images) {
      plan.data = 'own';
      write();
      build(images);
    },
    setSeed(seed) {
      plan.seed = seed;
      change();
    },
    setNetwork(index, changes) {
      const network = plan.networks[index];
      if (!network) return;
      // Another activation has other parameters.
      const params = changes.activation && changes.activation !== network.activation ? { params: {} } : {};
      plan.networks[index] = fitted({ ...network, ...params, ...changes }, plan.data);
      const phase = training.value?.state.phase;
      const onlyRate = Object.keys(changes).join() === 'learningRate';
      if (onlyRate && changes.learningRate !== undefined && (phase === 'training' || phase === 'paused')) {
        write();
        training.value?.act(index, { type: 'learningRate', value: changes.learningRate });
      } else change();
    },
    addNetwork() {
      if (plan.networks.length >= mostNetworks) return;
      plan.networks.push({ ...(plan.networks.at(-1) ?? defaultNetwork) });
      change();
    },
    removeNetwork(index) {
      if (plan.networks.length < 2) return;
      plan.networks.splice(index, 1);
      change();
    },
    setThreads(threads) {
      writeQuery({ threads: threads === defaultThreads() ? null : String(threads) });
      training.value?.restart(threads);
    },
    async start(base) {
      await isolate(base);
      training.value = createTraining(trainingWorker, {
        threads: chosenThreads(queryOf()),
        // Cards come one a frame, their charts after them.
        shown: () => settled(framesAfter + plan.networks.length),
      });
      build();
    },
    reread() {
      const now = chosen(queryOf());
      if (now.scene?.name === scene.value && JSON.stringify(now.plan) === JSON.stringify(plan)) return;
      Object.assign(plan, now.plan);
      scene.value = now.scene?.name;
      build();
    },
  };
}
