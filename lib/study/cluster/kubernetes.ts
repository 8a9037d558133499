import type { Tasks } from "./tasks";

/** What a job on Kubernetes needs to be told. */
export interface KubernetesOptions {
  readonly name: string;
  readonly tasks: Tasks;
  /** Pods at a time. */
  readonly atATime?: number;
  /** Image that holds Node and the kit in /binvit. */
  readonly image: string;
  /** Name of a persistent volume claim, writable by many, mounted at /study: the study's folder. */
  readonly volume: string;
}

/** Seconds that a pod has to save where it is. */
const graceSeconds = 60;

/**
 * An Indexed Job whose pods are workers of a study; `kubectl apply -f` reads it.
 *
 * A pod that is evicted or whose node fails is replaced, and counts as no failure; the study itself counts those.
 *
 * Reference: Kubernetes API, batch/v1 Job.
 */
export function kubernetesJob({ name, tasks, atATime, image, volume }: KubernetesOptions): object {
  const { count, runsEach } = tasks;
  const work = `study work /study --jobs 1 --runs ${runsEach} --first "$((JOB_COMPLETION_INDEX * ${runsEach}))"`;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `binvit-${name}`, labels: { "app.kubernetes.io/name": "binvit" } },
    spec: {
      completionMode: "Indexed",
      completions: count,
      parallelism: Math.min(atATime ?? count, count),
      backoffLimit: 6 * count,
      podFailurePolicy: {
        rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
      },
      template: {
        metadata: { labels: { "app.kubernetes.io/name": "binvit" } },
        spec: {
          restartPolicy: "Never",
          terminationGracePeriodSeconds: graceSeconds,
          containers: [
            {
              name: "worker",
              image,
              command: ["sh", "-c", `exec node /binvit/lib/bin/binvit.js ${work}`],
              resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "2Gi" } },
              volumeMounts: [{ name: "study", mountPath: "/study" }],
            },
          ],
          volumes: [{ name: "study", persistentVolumeClaim: { claimName: volume } }],
        },
      },
    },
  };
}
