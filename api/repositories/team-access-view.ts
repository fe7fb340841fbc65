import { Type } from 'typebox';
import { accessLevels } from '../../accounts/policy/access.ts';
import { formOf } from '../http/object-form.ts';
import { allReadOnly, listOf, oneOf, readOnly } from '../http/schemas.ts';
import { RepositoryView } from './repository-view.ts';

/** How much a team or user may do with a repository. */
export const AccessLevelView = oneOf(accessLevels);

/** A team that is granted something (DTR 2.7 API, responses.Team); the name is ours. */
export const AccessTeamView = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    clientUserIsMember: Type.Boolean({ description: 'Whether whoever asks is in the team' }),
  },
  { title: 'AccessTeam' },
);

/** What a team is granted (DTR 2.7 API, responses.TeamAccess); the name of the team is ours. */
export const TeamAccessView = Type.Object(
  { accessLevel: AccessLevelView, team: readOnly(AccessTeamView) },
  { title: 'TeamAccess' },
);

/** What a team is granted for all of a namespace (DTR 2.7 API, responses.NamespaceTeamAccess). */
export const NamespaceTeamAccessView = Type.Object(
  { ...TeamAccessView.properties, namespace: readOnly(Type.String()) },
  { title: 'NamespaceTeamAccess' },
);

/** What teams are granted for a repository (DTR 2.7 API, responses.ListRepoTeamAccess). */
export const RepositoryTeamAccessView = Type.Object(
  allReadOnly({ repository: RepositoryView, teamAccessList: listOf(TeamAccessView) }),
  { title: 'RepositoryTeamAccess' },
);

/** What a team is granted for one repository (DTR 2.7 API, responses.RepoAccess). */
export const RepositoryAccessView = Type.Object(
  { accessLevel: AccessLevelView, repository: readOnly(RepositoryView) },
  { title: 'RepositoryAccess' },
);

/** The body that grants access: as the lists of a repository, of a namespace and of a team show it. */
export const accessForm = formOf(
  Type.Object({ ...NamespaceTeamAccessView.properties, ...RepositoryAccessView.properties }),
  {
    accessLevel: Type.Enum([...accessLevels]),
  },
);
