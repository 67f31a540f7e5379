// The stages of a Dockerfile, each with its own text. They are built one after the other, since Buildah's older versions run
// every stage on the architecture of the image, whatever its FROM says.
import { DockerfileParser } from 'dockerfile-ast';

export interface Stage {
  /** Null for the last, which is the image. */
  readonly name: string | null;
  readonly base: string;
  readonly text: string;
}

export function readStages(dockerfile: string): Stage[] {
  const froms = DockerfileParser.parse(dockerfile).getFROMs();
  const lines = dockerfile.split('\n');
  const starts = froms.map((from) => from.getRange().start.line);
  return froms.map((from, index) => ({
    name: from.getBuildStage(),
    base: from.getImage() ?? '',
    text: lines.slice(starts[index], starts[index + 1]).join('\n'),
  }));
}
