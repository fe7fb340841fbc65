// Made from the API's own description by `npm run docs`: change the routes, not this file.

export interface paths {
    readonly "/api/v0/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show this description */
        readonly get: operations["getApiV0OpenapiJson"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/docs.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show this description */
        readonly get: operations["getApiV0DocsJson"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/actions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the actions, the statuses of jobs, and the actions of MSR that are not here */
        readonly get: operations["getApiV0Actions"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/actions/{action}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show an action */
        readonly get: operations["getApiV0ActionsByAction"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/action_configs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the configs of actions */
        readonly get: operations["getApiV0Action_configs"];
        readonly put?: never;
        /** Set the defaults of the parameters of an action */
        readonly post: operations["postApiV0Action_configs"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/action_configs/{action}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show the config of an action */
        readonly get: operations["getApiV0Action_configsByAction"];
        readonly put?: never;
        readonly post?: never;
        /** Delete the config of an action */
        readonly delete: operations["deleteApiV0Action_configsByAction"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/jobs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List jobs, the most recently scheduled first */
        readonly get: operations["getApiV0Jobs"];
        readonly put?: never;
        /** Run an action */
        readonly post: operations["postApiV0Jobs"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/jobs/{jobID}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show a job */
        readonly get: operations["getApiV0JobsByJobID"];
        readonly put?: never;
        readonly post?: never;
        /** Cancel and delete a job */
        readonly delete: operations["deleteApiV0JobsByJobID"];
        readonly options?: never;
        readonly head?: never;
        /** Change the priority of a job that waits */
        readonly patch: operations["patchApiV0JobsByJobID"];
        readonly trace?: never;
    };
    readonly "/api/v0/jobs/{jobID}/cancel": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Cancel a job */
        readonly post: operations["postApiV0JobsByJobIDCancel"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/jobs/{jobID}/logs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read or follow the log of a job */
        readonly get: operations["getApiV0JobsByJobIDLogs"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/jobs/{jobID}/pause": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Pause a job at its next checkpoint */
        readonly post: operations["postApiV0JobsByJobIDPause"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/jobs/{jobID}/resume": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Let a job that is paused go on */
        readonly post: operations["postApiV0JobsByJobIDResume"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/jobs/{jobID}/rerun": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Run a job that has ended again */
        readonly post: operations["postApiV0JobsByJobIDRerun"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/jobs/cancel": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Cancel the jobs of a filter, or count them */
        readonly post: operations["postApiV0JobsCancel"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/crons": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List crons */
        readonly get: operations["getApiV0Crons"];
        readonly put?: never;
        /** Make or change a cron */
        readonly post: operations["postApiV0Crons"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/crons/{cron}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show a cron */
        readonly get: operations["getApiV0CronsByCron"];
        readonly put?: never;
        readonly post?: never;
        /** Delete a cron */
        readonly delete: operations["deleteApiV0CronsByCron"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/crons/{cron}/pause": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Pause a cron */
        readonly post: operations["postApiV0CronsByCronPause"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/crons/{cron}/resume": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Let a cron that is paused go on */
        readonly post: operations["postApiV0CronsByCronResume"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/crons/{cron}/trigger": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Run a cron now */
        readonly post: operations["postApiV0CronsByCronTrigger"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/workers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List workers */
        readonly get: operations["getApiV0Workers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/workers/{workerID}/capacity": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Set the capacity of the deployment of a worker */
        readonly post: operations["postApiV0WorkersByWorkerIDCapacity"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/deployments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List deployments: what the workers of one name may do at once */
        readonly get: operations["getApiV0Deployments"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/deployments/{name}/capacity": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Set the capacity of a deployment */
        readonly put: operations["putApiV0DeploymentsByNameCapacity"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/queues": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the queues, one for each action */
        readonly get: operations["getApiV0Queues"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/queues/{action}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Pause the queue of an action, or set how many of its jobs run */
        readonly patch: operations["patchApiV0QueuesByAction"];
        readonly trace?: never;
    };
    readonly "/api/v0/webhooks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List webhooks */
        readonly get: operations["getApiV0Webhooks"];
        readonly put?: never;
        /** Make a webhook */
        readonly post: operations["postApiV0Webhooks"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/accounts/{namespace}/webhooks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the webhooks of a namespace */
        readonly get: operations["getApiV0AccountsByNamespaceWebhooks"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/repositories/{namespace}/{reponame}/webhooks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the webhooks of a repository */
        readonly get: operations["getApiV0RepositoriesByNamespaceByReponameWebhooks"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/webhooks/update": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Change a webhook */
        readonly post: operations["postApiV0WebhooksUpdate"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/webhooks/{webhook}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Delete a webhook */
        readonly delete: operations["deleteApiV0WebhooksByWebhook"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/webhooks/test": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Send an event that did not happen to a receiver */
        readonly post: operations["postApiV0WebhooksTest"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/repositories": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List repositories */
        readonly get: operations["getApiV0Repositories"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/repositories/{namespace}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the repositories of a namespace */
        readonly get: operations["getApiV0RepositoriesByNamespace"];
        readonly put?: never;
        /** Make a repository */
        readonly post: operations["postApiV0RepositoriesByNamespace"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/repositories/{namespace}/{reponame}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show a repository */
        readonly get: operations["getApiV0RepositoriesByNamespaceByReponame"];
        readonly put?: never;
        readonly post?: never;
        /** Delete a repository */
        readonly delete: operations["deleteApiV0RepositoriesByNamespaceByReponame"];
        readonly options?: never;
        readonly head?: never;
        /** Change a repository */
        readonly patch: operations["patchApiV0RepositoriesByNamespaceByReponame"];
        readonly trace?: never;
    };
    readonly "/api/v0/repositories/{namespace}/{reponame}/tags": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the tags of a repository */
        readonly get: operations["getApiV0RepositoriesByNamespaceByReponameTags"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/repositories/{namespace}/{reponame}/tags/{reference}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show a tag, or all tags of a digest; of an index, for each platform */
        readonly get: operations["getApiV0RepositoriesByNamespaceByReponameTagsByReference"];
        readonly put?: never;
        readonly post?: never;
        /** Delete a tag */
        readonly delete: operations["deleteApiV0RepositoriesByNamespaceByReponameTagsByReference"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/repositories/{namespace}/{reponame}/manifests": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the manifests of a repository */
        readonly get: operations["getApiV0RepositoriesByNamespaceByReponameManifests"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/repositories/{namespace}/{reponame}/manifests/{reference}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Delete a manifest, with the tags that name it */
        readonly delete: operations["deleteApiV0RepositoriesByNamespaceByReponameManifestsByReference"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/accounts/{namespace}/repositories": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Delete all repositories of a namespace */
        readonly delete: operations["deleteApiV0AccountsByNamespaceRepositories"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/accounts/{namespace}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Delete an account with all of its repositories */
        readonly delete: operations["deleteApiV0AccountsByNamespace"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/index/autocomplete": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Find repositories and accounts by words */
        readonly get: operations["getApiV0IndexAutocomplete"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/index/dockersearch": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Find repositories, as docker search does */
        readonly get: operations["getApiV0IndexDockersearch"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/content_caches": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List content caches */
        readonly get: operations["getApiV0Content_caches"];
        readonly put?: never;
        /** Register a content cache */
        readonly post: operations["postApiV0Content_caches"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/content_caches/{contentcacheuuid}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show a content cache */
        readonly get: operations["getApiV0Content_cachesByContentcacheuuid"];
        readonly put?: never;
        readonly post?: never;
        /** Remove a content cache */
        readonly delete: operations["deleteApiV0Content_cachesByContentcacheuuid"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/accounts/{username}/settings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show the settings of a user */
        readonly get: operations["getApiV0AccountsByUsernameSettings"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Change the settings of a user */
        readonly patch: operations["patchApiV0AccountsByUsernameSettings"];
        readonly trace?: never;
    };
    readonly "/api/v0/admin/version": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show the version of this program */
        readonly get: operations["getApiV0AdminVersion"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/api_tokens": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List access tokens and refresh tokens */
        readonly get: operations["getApiV0Api_tokens"];
        readonly put?: never;
        /** Make an access token */
        readonly post: operations["postApiV0Api_tokens"];
        /** Delete tokens that were not used for long */
        readonly delete: operations["deleteApiV0Api_tokens"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/api_tokens/{hashedtoken}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show a token */
        readonly get: operations["getApiV0Api_tokensByHashedtoken"];
        readonly put?: never;
        readonly post?: never;
        /** Delete a token */
        readonly delete: operations["deleteApiV0Api_tokensByHashedtoken"];
        readonly options?: never;
        readonly head?: never;
        /** Rename a token, or make it inactive */
        readonly patch: operations["patchApiV0Api_tokensByHashedtoken"];
        readonly trace?: never;
    };
    readonly "/api/v0/meta/settings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show the settings */
        readonly get: operations["getApiV0MetaSettings"];
        readonly put?: never;
        /** Change settings */
        readonly post: operations["postApiV0MetaSettings"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/meta/analytics/preview": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show the report of the use */
        readonly get: operations["getApiV0MetaAnalyticsPreview"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List what happened, the newest first */
        readonly get: operations["getApiV0Events"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/repositories/{namespace}/{reponame}/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List what happened in a repository, the newest first */
        readonly get: operations["getApiV0RepositoriesByNamespaceByReponameEvents"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/meta/features": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show what this version can do */
        readonly get: operations["getApiV0MetaFeatures"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/meta/alerts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List what an administrator has to look at */
        readonly get: operations["getApiV0MetaAlerts"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/meta/cluster_status": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show how the parts are */
        readonly get: operations["getApiV0MetaCluster_status"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/accounts/language": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show the language of this server */
        readonly get: operations["getApiV0AccountsLanguage"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/repositories/{namespace}/{reponame}/teamAccess": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List what teams are granted for a repository */
        readonly get: operations["getApiV0RepositoriesByNamespaceByReponameTeamAccess"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/repositories/{namespace}/{reponame}/teamAccess/{team}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** Grant a team access to a repository */
        readonly put: operations["putApiV0RepositoriesByNamespaceByReponameTeamAccessByTeam"];
        readonly post?: never;
        /** Take from a team what it is granted for a repository */
        readonly delete: operations["deleteApiV0RepositoriesByNamespaceByReponameTeamAccessByTeam"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/repositoryNamespaces/{namespace}/teamAccess": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List what teams are granted for a namespace */
        readonly get: operations["getApiV0RepositoryNamespacesByNamespaceTeamAccess"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/repositoryNamespaces/{namespace}/teamAccess/{team}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show what a team is granted for a namespace */
        readonly get: operations["getApiV0RepositoryNamespacesByNamespaceTeamAccessByTeam"];
        /** Grant a team access to a namespace */
        readonly put: operations["putApiV0RepositoryNamespacesByNamespaceTeamAccessByTeam"];
        readonly post?: never;
        /** Take from a team what it is granted for a namespace */
        readonly delete: operations["deleteApiV0RepositoryNamespacesByNamespaceTeamAccessByTeam"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/accounts/{organization}/teams/{team}/repositoryAccess": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the repositories that a team is granted */
        readonly get: operations["getApiV0AccountsByOrganizationTeamsByTeamRepositoryAccess"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/accounts/{username}/repositoryAccess/{namespace}/{reponame}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show what a user may do with a repository */
        readonly get: operations["getApiV0AccountsByUsernameRepositoryAccessByNamespaceByReponame"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List accounts */
        readonly get: operations["getEnziV0Accounts"];
        readonly put?: never;
        /** Make a user or an organization */
        readonly post: operations["postEnziV0Accounts"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{username}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show an account */
        readonly get: operations["getEnziV0AccountsByUsername"];
        readonly put?: never;
        readonly post?: never;
        /** Delete an account */
        readonly delete: operations["deleteEnziV0AccountsByUsername"];
        readonly options?: never;
        readonly head?: never;
        /** Change an account */
        readonly patch: operations["patchEnziV0AccountsByUsername"];
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{username}/changePassword": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Change the password of a user */
        readonly post: operations["postEnziV0AccountsByUsernameChangePassword"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/robots": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List robots */
        readonly get: operations["getApiV0Robots"];
        readonly put?: never;
        /** Make a robot */
        readonly post: operations["postApiV0Robots"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v0/robots/{robot}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show a robot */
        readonly get: operations["getApiV0RobotsByRobot"];
        readonly put?: never;
        readonly post?: never;
        /** Delete a robot */
        readonly delete: operations["deleteApiV0RobotsByRobot"];
        readonly options?: never;
        readonly head?: never;
        /** Change a robot */
        readonly patch: operations["patchApiV0RobotsByRobot"];
        readonly trace?: never;
    };
    readonly "/api/v0/robots/{robot}/rotate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Give a robot another secret */
        readonly post: operations["postApiV0RobotsByRobotRotate"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{username}/publicKeys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the certificates of a user */
        readonly get: operations["getEnziV0AccountsByUsernamePublicKeys"];
        readonly put?: never;
        /** Register a certificate by which a user signs in */
        readonly post: operations["postEnziV0AccountsByUsernamePublicKeys"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{username}/publicKeys/{key}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Remove a certificate of a user */
        readonly delete: operations["deleteEnziV0AccountsByUsernamePublicKeysByKey"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{username}/organizations": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the organizations of a user */
        readonly get: operations["getEnziV0AccountsByUsernameOrganizations"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{organization}/members": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the members of an organization */
        readonly get: operations["getEnziV0AccountsByOrganizationMembers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{organization}/members/{member}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show a member of an organization */
        readonly get: operations["getEnziV0AccountsByOrganizationMembersByMember"];
        /** Add a member to an organization, or change one */
        readonly put: operations["putEnziV0AccountsByOrganizationMembersByMember"];
        readonly post?: never;
        /** Remove a member from an organization and its teams */
        readonly delete: operations["deleteEnziV0AccountsByOrganizationMembersByMember"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{organization}/teams": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the teams of an organization */
        readonly get: operations["getEnziV0AccountsByOrganizationTeams"];
        readonly put?: never;
        /** Make a team */
        readonly post: operations["postEnziV0AccountsByOrganizationTeams"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{organization}/teams/{team}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show a team */
        readonly get: operations["getEnziV0AccountsByOrganizationTeamsByTeam"];
        readonly put?: never;
        readonly post?: never;
        /** Delete a team */
        readonly delete: operations["deleteEnziV0AccountsByOrganizationTeamsByTeam"];
        readonly options?: never;
        readonly head?: never;
        /** Change a team */
        readonly patch: operations["patchEnziV0AccountsByOrganizationTeamsByTeam"];
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{organization}/teams/{team}/members": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the members of a team */
        readonly get: operations["getEnziV0AccountsByOrganizationTeamsByTeamMembers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{organization}/teams/{team}/members/{member}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show a member of a team */
        readonly get: operations["getEnziV0AccountsByOrganizationTeamsByTeamMembersByMember"];
        /** Add a member to a team, or change one */
        readonly put: operations["putEnziV0AccountsByOrganizationTeamsByTeamMembersByMember"];
        readonly post?: never;
        /** Remove a member from a team */
        readonly delete: operations["deleteEnziV0AccountsByOrganizationTeamsByTeamMembersByMember"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/login": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show how people may sign in */
        readonly get: operations["getEnziV0Login"];
        readonly put?: never;
        /** Begin a session with a password */
        readonly post: operations["postEnziV0Login"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/logout": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** End the session of this browser */
        readonly post: operations["postEnziV0Logout"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/session": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show who has signed in, and the session of this browser */
        readonly get: operations["getEnziV0Session"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{username}/sessions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the sessions of a user */
        readonly get: operations["getEnziV0AccountsByUsernameSessions"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{username}/sessions/{session}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** End a session of a user */
        readonly delete: operations["deleteEnziV0AccountsByUsernameSessionsBySession"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/accounts/{organization}/teams/{team}/memberSyncConfig": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show which groups put people into a team */
        readonly get: operations["getEnziV0AccountsByOrganizationTeamsByTeamMemberSyncConfig"];
        /** Set which groups put people into a team */
        readonly put: operations["putEnziV0AccountsByOrganizationTeamsByTeamMemberSyncConfig"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/oidc/login": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Send a browser to the OpenID provider to sign in */
        readonly get: operations["getEnziV0OidcLogin"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/oidc/callback": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Begin the session of a browser that comes back from the OpenID provider */
        readonly get: operations["getEnziV0OidcCallback"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/enzi/v0/conf/auth/ldap": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show how the LDAP directory is set up */
        readonly get: operations["getEnziV0ConfAuthLdap"];
        /** Say where the LDAP directory is set up */
        readonly put: operations["putEnziV0ConfAuthLdap"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/auth/token": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Get a token for the registry or the API */
        readonly get: operations["getAuthToken"];
        readonly put?: never;
        /** Get a token by OAuth 2.0 */
        readonly post: operations["postAuthToken"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/auth/jwks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show the keys by which tokens are verified */
        readonly get: operations["getAuthJwks"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/auth/root.pem": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Show the certificate above the keys by which tokens are verified */
        readonly get: operations["getAuthRootPem"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly Errors: {
            readonly errors: readonly {
                readonly code: string;
                readonly message: string;
            }[];
        };
        readonly Action: {
            readonly name: string;
            readonly aliases: readonly string[];
            readonly description: string;
            readonly stopAdvice: string;
            readonly parameters: {
                readonly [key: string]: unknown;
            };
            /** @enum {string} */
            readonly taskQueue: "jobrunner-control" | "jobrunner-maintenance" | "jobrunner-webhook";
            readonly priority: number;
            readonly capacityMap: {
                readonly [key: string]: number;
            };
            readonly deadline: string;
            readonly stopTimeout: string;
            /** @enum {string} */
            readonly overlap: "skip" | "allow";
            readonly startedBy: readonly ("api" | "schedule" | "event" | "retry")[];
            readonly defaultCron: string | null;
            readonly pausable: boolean;
        };
        readonly JobStatus: {
            /** @enum {string} */
            readonly name: "waiting" | "running" | "done" | "error" | "cancel_request" | "cancel" | "deleted" | "worker_dead" | "worker_shutdown" | "worker_resurrection";
            readonly aliases: readonly string[];
        };
        readonly AbsentAction: {
            readonly name: string;
            readonly instead: string;
        };
        readonly ActionConfig: {
            readonly id: string;
            readonly action: string;
            readonly parameters: {
                readonly [key: string]: string;
            };
        };
        readonly JobProgress: {
            readonly phase: string;
            readonly done: number;
            readonly total: number | null;
            readonly bytes: number | null;
            readonly rate: number | null;
            readonly secondsLeft: number | null;
            /** Format: date-time */
            readonly updatedAt: string;
        };
        readonly Job: {
            readonly id: string;
            readonly retryFromID: string;
            readonly workerID: string;
            /** @enum {string} */
            readonly status: "waiting" | "running" | "done" | "error" | "cancel_request" | "cancel" | "deleted" | "worker_dead" | "worker_shutdown" | "worker_resurrection";
            /** Format: date-time */
            readonly scheduledAt: string;
            /** Format: date-time */
            readonly lastUpdated: string;
            readonly action: string;
            readonly retriesLeft: number;
            readonly retriesTotal: number;
            readonly capacityMap: {
                readonly [key: string]: number;
            };
            readonly parameters: {
                readonly [key: string]: string;
            };
            readonly deadline: string;
            readonly stopTimeout: string;
            /** @enum {string} */
            readonly trigger: "api" | "schedule" | "event" | "retry";
            readonly requestedBy: string;
            readonly namespace: string;
            readonly repository: string;
            readonly cron: string;
            /** Format: date-time */
            readonly startedAt: string | null;
            /** Format: date-time */
            readonly endedAt: string | null;
            readonly priority: number;
            readonly paused: boolean;
            readonly pausing: boolean;
            readonly progress: components["schemas"]["JobProgress"] | null;
            readonly result: unknown;
            readonly failure: string | null;
            readonly waitingReason?: string;
        };
        readonly JobLogLine: {
            readonly lineNum: number;
            readonly data: string;
        };
        readonly CronRun: {
            readonly jobID: string;
            /** @enum {string} */
            readonly status: "waiting" | "running" | "done" | "error" | "cancel_request" | "cancel" | "deleted" | "worker_dead" | "worker_shutdown" | "worker_resurrection";
            /** @enum {string} */
            readonly trigger: "api" | "schedule" | "event" | "retry";
            /** Format: date-time */
            readonly dueAt: string;
            /** Format: date-time */
            readonly startedAt: string | null;
            /** Format: date-time */
            readonly endedAt: string | null;
            readonly failure: string | null;
            readonly waitingReason?: string;
        };
        readonly Cron: {
            readonly id: string;
            readonly name: string;
            readonly action: string;
            readonly schedule: string;
            readonly timeZone: string;
            readonly jitter: string;
            readonly catchupWindow: string;
            readonly retries: number;
            readonly capacityMap: {
                readonly [key: string]: number;
            };
            readonly parameters: {
                readonly [key: string]: string;
            };
            readonly deadline: string;
            readonly stopTimeout: string;
            readonly isPaused: boolean;
            readonly note: string;
            readonly isQueuePaused: boolean;
            /** Format: date-time */
            readonly nextRun?: string;
            readonly nextRuns: readonly string[];
            readonly lastRuns: readonly components["schemas"]["CronRun"][];
            readonly missedRuns: {
                readonly tooLate: number;
                readonly overlap: number;
            };
            readonly problem: string;
            readonly isApplied: boolean;
            readonly requestedBy: string;
            /** Format: date-time */
            readonly updatedAt: string;
        };
        readonly Worker: {
            readonly id: string;
            /** @enum {string} */
            readonly status: "running" | "dead" | "stopped";
            readonly capacityMap: {
                readonly [key: string]: number;
            };
            /** Format: date-time */
            readonly heartbeatExpiration: string;
            readonly deployment: string;
            readonly roles: readonly string[];
            readonly version: string;
            readonly slots: readonly {
                readonly taskQueue: string;
                readonly kind: string;
                readonly used: number;
                readonly free: number;
                readonly total: number;
            }[];
            /** Format: date-time */
            readonly startedAt: string;
            /** Format: date-time */
            readonly lastHeartbeat: string;
        };
        readonly Deployment: {
            readonly name: string;
            readonly workers: number;
            readonly capacityMap: {
                readonly [key: string]: number;
            };
        };
        readonly Queue: {
            readonly action: string;
            readonly paused: boolean;
            readonly note: string;
            readonly pausedBy: string;
            /** Format: date-time */
            readonly pausedAt: string | null;
            readonly maxRunning: number | null;
            readonly mayRun: number;
            readonly ratePerMinute: number | null;
            readonly waiting: number;
            readonly running: number;
        };
        readonly Webhook: {
            readonly id: string;
            /** @enum {string} */
            readonly type: "TAG_PUSH" | "TAG_PULL" | "TAG_DELETE" | "MANIFEST_PUSH" | "MANIFEST_PULL" | "MANIFEST_DELETE" | "REPO_EVENT" | "REPO_CREATED" | "REPO_UPDATED" | "REPO_DELETED";
            readonly key: string;
            readonly endpoint: string;
            readonly authorID: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly lastSuccessfulAt?: string;
            /** Format: date-time */
            readonly failingSince?: string;
            readonly inactive: boolean;
            readonly tlsCert: string;
            readonly skipTLSVerification: boolean;
        };
        readonly Repository: {
            readonly id: string;
            readonly namespace: string;
            /** @enum {string} */
            readonly namespaceType: "user" | "organization";
            readonly name: string;
            readonly shortDescription: string;
            readonly longDescription?: string;
            /** @enum {string} */
            readonly visibility: "public" | "private";
            readonly scanOnPush: boolean;
            readonly immutableTags: boolean;
            readonly enableManifestLists: boolean;
            readonly tagLimit: number;
            /** @enum {string} */
            readonly untaggedManifests: "keep" | "delete";
            /** @enum {string} */
            readonly orphanedReferrers: "keep" | "delete";
            readonly untaggedGraceSeconds: number;
            readonly pulls: number;
            readonly pushes: number;
            readonly inactive: {
                readonly scanOnPush?: string;
            };
        };
        readonly TagManifest: {
            readonly digest: string;
            readonly mediaType?: string;
            readonly os?: string;
            readonly architecture?: string;
            readonly author?: string;
            readonly configDigest?: string;
            readonly configMediaType?: string;
            readonly size?: number;
            /** Format: date-time */
            readonly createdAt?: string;
        };
        readonly Tag: {
            readonly name: string;
            readonly author: string;
            readonly digest: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly updatedAt: string;
            readonly hashMismatch: boolean;
            readonly inNotary: boolean;
            readonly manifest: components["schemas"]["TagManifest"];
        };
        readonly Manifest: {
            readonly digest: string;
            readonly mediaType: string;
            readonly os: string;
            readonly architecture: string;
            readonly author: string;
            readonly configDigest: string;
            readonly configMediaType: string;
            readonly size: number;
            /** Format: date-time */
            readonly createdAt: string;
        };
        readonly Account: {
            readonly id: string;
            readonly name: string;
            readonly fullName: string;
            readonly isOrg: boolean;
            readonly isAdmin?: boolean;
            readonly isActive?: boolean;
            readonly isImported?: boolean;
            readonly onDemand?: boolean;
            readonly otpEnabled?: boolean;
            readonly membersCount?: number;
            readonly teamsCount?: number;
        };
        readonly DockerSearch: {
            readonly num_results: number;
            readonly query: string;
            readonly results: readonly {
                readonly name: string;
                readonly description: string;
                readonly is_official: boolean;
                readonly is_trusted: boolean;
                readonly star_count: number;
            }[];
        };
        readonly ContentCache: {
            readonly id: string;
            readonly name: string;
            readonly host: string;
        };
        readonly UserSettings: {
            /** @description The chosen content cache; empty for none */
            readonly ContentCacheUUID: string;
        };
        readonly ApiToken: {
            readonly hashedToken: string;
            readonly tokenLabel: string;
            readonly isActive: boolean;
            /**
             * Format: date-time
             * @description The year 1 where it was never used
             */
            readonly lastUsed: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** @enum {string} */
            readonly generatedBy: "user" | "auto";
            readonly creatorUa: string;
        };
        readonly NewApiToken: {
            readonly token: string;
            readonly hashedToken: string;
            readonly tokenLabel: string;
            readonly isActive: boolean;
            /**
             * Format: date-time
             * @description The year 1 where it was never used
             */
            readonly lastUsed: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** @enum {string} */
            readonly generatedBy: "user" | "auto";
            readonly creatorUa: string;
        };
        readonly Settings: {
            readonly createRepositoryOnPush: boolean;
            readonly readOnlyRegistry: boolean;
            readonly jobHistoryCompactionEnabled: boolean;
            readonly jobHistoryToKeep: number;
            readonly jobHistoryMaxAge: string;
            readonly repoEventHistoryCompactionEnabled: boolean;
            readonly repoEventHistoryToKeep: number;
            readonly repoEventHistoryMaxAge: string;
            readonly reportAnalytics: boolean;
            readonly anonymizeAnalytics: boolean;
            readonly disablePersistentCookies: boolean;
            readonly disableBackupWarning: boolean;
            readonly disableUpgrades: boolean;
            readonly maxRepositoriesPerNamespace: number;
            readonly maxManifestsPerRepository: number;
            readonly maxTagsPerRepository: number;
            readonly maxOpenUploadsPerRepository: number;
            readonly maxOpenUploadsPerAccount: number;
            readonly maxWebhooksPerRepository: number;
            readonly maxWebhooksPerNamespace: number;
            readonly maxWebhooksOfInstallation: number;
            readonly maxRobotsPerNamespace: number;
            readonly maxRobotsOfInstallation: number;
            readonly maxTeamsPerOrganization: number;
            readonly maxAccessTokensPerAccount: number;
            readonly maxRefreshTokensPerAccount: number;
            readonly maxSessionsPerAccount: number;
            readonly maxPublicKeysPerAccount: number;
            readonly maxWaitingJobsPerAccount: number;
            readonly maxCrons: number;
            readonly maxContentCaches: number;
            readonly maxDeployments: number;
            readonly dtrHost: string;
            readonly clientCertAuthEnabled: boolean;
            readonly sso: boolean;
            readonly webTLSCert: string;
            readonly webTLSCA: string;
            readonly webTLSClientCA: string;
            readonly scanningEnabled: boolean;
            readonly scanningSyncOnline: boolean;
            readonly scanningDeadline: number;
            readonly scanningEnableAutoRecheck: boolean;
            readonly httpProxy: string;
            readonly httpsProxy: string;
            readonly noProxy: string;
            readonly logHost: string;
            readonly logLevel: string;
            readonly logProtocol: string;
            readonly nfsHost: string;
            readonly nfsPath: string;
            readonly storageVolume: string;
            readonly replicaID: string;
            readonly replicaSettings: Record<string, never>;
        };
        readonly UsageReport: {
            readonly installation: string;
            readonly version: string;
            /** Format: date-time */
            readonly generatedAt: string;
            readonly isAnonymous: boolean;
            readonly names?: {
                readonly publicUrl: string;
                readonly organizations: readonly string[];
            };
            readonly totals: {
                readonly [key: string]: number;
            };
            readonly estimated: readonly string[];
            readonly jobs: readonly {
                readonly action: string;
                /** @enum {string} */
                readonly status: "waiting" | "running" | "done" | "error" | "cancel_request" | "cancel" | "deleted" | "worker_dead" | "worker_shutdown" | "worker_resurrection";
                readonly count: number;
                readonly meanSeconds: number | null;
            }[];
        };
        readonly Event: {
            readonly id: string;
            /** Format: date-time */
            readonly publishedAt: string;
            readonly actor: string;
            readonly actorType: string;
            readonly type: string;
            readonly object: {
                readonly type: string;
                readonly id: string;
                readonly name: string;
            };
            readonly target?: {
                readonly type: string;
                readonly id: string;
            };
            readonly repository: string;
            /** @enum {string} */
            readonly kind: "TAG_PUSH" | "TAG_PULL" | "TAG_DELETE" | "MANIFEST_PUSH" | "MANIFEST_PULL" | "MANIFEST_DELETE" | "REPOSITORY_CREATE" | "REPOSITORY_UPDATE" | "REPOSITORY_DELETE" | "TEAM_ACCESS_UPDATE" | "TEAM_ACCESS_DELETE" | "WEBHOOK_CREATE" | "WEBHOOK_UPDATE" | "WEBHOOK_TEST" | "WEBHOOK_DELETE" | "ACCOUNT_CREATE" | "ACCOUNT_UPDATE" | "ACCOUNT_DELETE" | "PASSWORD_CHANGE" | "MEMBER_UPDATE" | "MEMBER_DELETE" | "TEAM_CREATE" | "TEAM_UPDATE" | "TEAM_DELETE" | "TEAM_MEMBER_UPDATE" | "TEAM_MEMBER_DELETE" | "MEMBER_SYNC_UPDATE" | "ROBOT_CREATE" | "ROBOT_UPDATE" | "ROBOT_ROTATE" | "ROBOT_DELETE" | "PUBLIC_KEY_CREATE" | "PUBLIC_KEY_DELETE" | "SESSION_CREATE" | "SESSION_DELETE" | "SIGN_IN" | "SIGN_IN_FAILURE" | "SIGN_IN_LOCKOUT" | "API_TOKEN_CREATE" | "API_TOKEN_UPDATE" | "API_TOKEN_DELETE" | "JOB_CREATE" | "JOB_PAUSE" | "JOB_RESUME" | "JOB_UPDATE" | "JOB_CANCEL" | "JOB_DELETE" | "JOBS_CANCEL" | "ACTION_CONFIG_UPDATE" | "ACTION_CONFIG_DELETE" | "QUEUE_UPDATE" | "DEPLOYMENT_UPDATE" | "CRON_UPDATE" | "CRON_DELETE" | "CONTENT_CACHE_CREATE" | "CONTENT_CACHE_DELETE" | "USER_SETTINGS_UPDATE" | "SETTINGS_UPDATE";
            readonly actorName: string;
            readonly address?: string;
            readonly outcome: string;
            readonly count: number;
            readonly namespace: string;
            readonly details: {
                readonly [key: string]: unknown;
            };
        };
        readonly Features: {
            readonly db_version: number;
            readonly metadataStoreOptedIn: boolean;
            readonly mirroringLicensed: boolean;
            readonly onlineGCEnabled: boolean;
            readonly promotionLicensed: boolean;
            readonly scanningEnabled: boolean;
            readonly scanningLicensed: boolean;
            readonly ucpHost: string;
        };
        readonly Alert: {
            /** @enum {string} */
            readonly class: "worker" | "backlog" | "cron" | "disk" | "blob";
            readonly id: string;
            readonly message: string;
            /** @description The image that is concerned */
            readonly img?: string;
            /** @description Where in the API more is to be seen */
            readonly url?: string;
        };
        readonly ClusterStatus: {
            readonly rethink_system_tables: Record<string, never>;
            /** @description OK where nothing is known to be wrong; otherwise what is */
            readonly replica_health: {
                readonly [key: string]: string;
            };
            /** @description When that was looked at */
            readonly replica_timestamp: {
                readonly [key: string]: string;
            };
            /** @description Whether the registry is read-only; one setting holds for all */
            readonly replica_readonly: {
                readonly [key: string]: boolean;
            };
            /** @description The worker on which a garbage collection runs; empty: none does */
            readonly gc_lock_holder: string;
        };
        readonly AccessTeam: {
            readonly id: string;
            readonly name: string;
            /** @description Whether whoever asks is in the team */
            readonly clientUserIsMember: boolean;
        };
        readonly TeamAccess: {
            /** @enum {string} */
            readonly accessLevel: "read-only" | "read-write" | "admin";
            readonly team: components["schemas"]["AccessTeam"];
        };
        readonly RepositoryTeamAccess: {
            readonly repository: components["schemas"]["Repository"];
            readonly teamAccessList: readonly components["schemas"]["TeamAccess"][];
        };
        readonly NamespaceTeamAccess: {
            /** @enum {string} */
            readonly accessLevel: "read-only" | "read-write" | "admin";
            readonly team: components["schemas"]["AccessTeam"];
            readonly namespace: string;
        };
        readonly RepositoryAccess: {
            /** @enum {string} */
            readonly accessLevel: "read-only" | "read-write" | "admin";
            readonly repository: components["schemas"]["Repository"];
        };
        readonly Robot: {
            readonly id: string;
            /** @description What it signs in with */
            readonly name: string;
            /** @description Whose administrators run it; empty: system administrators alone */
            readonly namespace: string;
            readonly description: string;
            readonly isActive: boolean;
            /** @description Whether pushes of the robot make repositories that are not there */
            readonly createRepositories: boolean;
            /** @description A time by RFC 3339, or `never` */
            readonly expiresAt: string;
            readonly permissions: readonly {
                /** @description `<namespace>/<name>`, or `<namespace>/*` for all of a namespace */
                readonly repository: string;
                readonly actions: readonly ("pull" | "push" | "delete")[];
            }[];
            readonly createdBy: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** @description A time by RFC 3339, or `never` */
            readonly lastUsed: string;
            readonly isExpired: boolean;
        };
        readonly RobotWithSecret: {
            readonly id: string;
            /** @description What it signs in with */
            readonly name: string;
            /** @description Whose administrators run it; empty: system administrators alone */
            readonly namespace: string;
            readonly description: string;
            readonly isActive: boolean;
            /** @description Whether pushes of the robot make repositories that are not there */
            readonly createRepositories: boolean;
            /** @description A time by RFC 3339, or `never` */
            readonly expiresAt: string;
            readonly permissions: readonly {
                /** @description `<namespace>/<name>`, or `<namespace>/*` for all of a namespace */
                readonly repository: string;
                readonly actions: readonly ("pull" | "push" | "delete")[];
            }[];
            readonly createdBy: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** @description A time by RFC 3339, or `never` */
            readonly lastUsed: string;
            readonly isExpired: boolean;
            readonly secret: string;
        };
        readonly PublicKey: {
            /** @description SHA-256 of the certificate, in hex */
            readonly id: string;
            readonly accountID: string;
            readonly label: string;
            /** @description The certificate, PEM */
            readonly publicKey: string;
            /** Format: date-time */
            readonly createdAt: string;
        };
        readonly Membership: {
            /** @description Whether an owner of the organization, or an administrator of the team */
            readonly isAdmin: boolean;
            readonly isPublic: boolean;
            readonly org: components["schemas"]["Account"];
        };
        readonly Member: {
            /** @description Whether an owner of the organization, or an administrator of the team */
            readonly isAdmin: boolean;
            readonly isPublic: boolean;
            readonly member: components["schemas"]["Account"];
        };
        readonly Team: {
            readonly id: string;
            readonly orgID: string;
            readonly name: string;
            readonly description: string;
            readonly membersCount: number;
        };
        readonly Session: {
            readonly id: string;
            /** Format: date-time */
            readonly createdAt: string;
            /**
             * Format: date-time
             * @description To within a minute
             */
            readonly lastUsedAt: string;
            /**
             * Format: date-time
             * @description When it ends if it is not used until then
             */
            readonly expiresAt: string;
            /** @description Where it was begun */
            readonly address: string;
            readonly userAgent: string;
        };
        readonly ListedSession: {
            readonly id: string;
            /** Format: date-time */
            readonly createdAt: string;
            /**
             * Format: date-time
             * @description To within a minute
             */
            readonly lastUsedAt: string;
            /**
             * Format: date-time
             * @description When it ends if it is not used until then
             */
            readonly expiresAt: string;
            /** @description Where it was begun */
            readonly address: string;
            readonly userAgent: string;
            readonly isCurrent: boolean;
        };
        readonly MemberSyncConfig: {
            readonly enableSync: boolean;
            readonly ldapGroups: readonly string[];
            readonly oidcGroups: readonly string[];
            readonly selectGroupMembers: boolean;
            readonly groupDN: string;
        };
        readonly LdapConfig: {
            readonly isEnabled: boolean;
            readonly serverURL: string;
            readonly startTLS: boolean;
            readonly tlsSkipVerify: boolean;
            readonly rootCerts: string;
            readonly readerDN: string;
            readonly jitUserProvisioning: boolean;
            readonly userSearchConfigs: readonly {
                readonly baseDN: string;
                readonly scopeSubtree: boolean;
                readonly filter: string;
                readonly usernameAttr: string;
                readonly fullNameAttr: string;
            }[];
            readonly adminSyncOpts: {
                readonly enableSync: boolean;
                readonly selectGroupMembers: boolean;
                readonly groupDN: string;
                readonly groupMemberAttr: string;
            };
        };
        readonly Token: {
            readonly token: string;
            readonly access_token: string;
            /** @description In seconds */
            readonly expires_in: number;
            /** Format: date-time */
            readonly issued_at: string;
            readonly scope: string;
            readonly refresh_token?: string;
        };
        readonly OAuthToken: {
            readonly access_token: string;
            /** @description In seconds */
            readonly expires_in: number;
            /** Format: date-time */
            readonly issued_at: string;
            readonly scope: string;
            readonly refresh_token?: string;
            /** @enum {string} */
            readonly token_type: "Bearer";
        };
        readonly KeySet: {
            readonly keys: readonly {
                readonly kty: string;
                readonly crv?: string;
                readonly x?: string;
                readonly y?: string;
                readonly kid?: string;
                readonly alg?: string;
                readonly use?: string;
                readonly x5c?: readonly string[];
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly getApiV0OpenapiJson: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly [key: string]: unknown;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0DocsJson: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly [key: string]: unknown;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Actions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly actions: readonly components["schemas"]["Action"][];
                        readonly statuses: readonly components["schemas"]["JobStatus"][];
                        readonly absentActions: readonly components["schemas"]["AbsentAction"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0ActionsByAction: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly action: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Action"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Action_configs: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly actionConfigs: readonly components["schemas"]["ActionConfig"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0Action_configs: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly action: string;
                    readonly parameters?: {
                        readonly [key: string]: string;
                    } | null;
                };
            };
        };
        readonly responses: {
            /** @description It was done, or is being done */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ActionConfig"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Action_configsByAction: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly action: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ActionConfig"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0Action_configsByAction: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly action: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Jobs: {
        readonly parameters: {
            readonly query?: {
                readonly action?: string;
                readonly worker?: string;
                readonly status?: string;
                readonly namespace?: string;
                readonly repository?: string;
                readonly requestedBy?: string;
                readonly trigger?: "any" | "api" | "schedule" | "event" | "retry";
                readonly running?: "any" | "true" | "false";
                readonly after?: string;
                readonly start?: number;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly jobs: readonly components["schemas"]["Job"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0Jobs: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly action: string;
                    readonly parameters?: {
                        readonly [key: string]: string;
                    } | null;
                    readonly capacityMap?: {
                        readonly [key: string]: number;
                    } | null;
                    readonly retries?: number;
                    readonly deadline?: string;
                    readonly stopTimeout?: string;
                    readonly scheduledAt?: string;
                    readonly priority?: number;
                    readonly paused?: boolean;
                    readonly pausing?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description It was done, or is being done */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0JobsByJobID: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly jobID: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0JobsByJobID: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly jobID: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly patchApiV0JobsByJobID: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly jobID: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {unknown} */
                    readonly priority: 1 | 2 | 3 | 4 | 5;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0JobsByJobIDCancel: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly jobID: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0JobsByJobIDLogs: {
        readonly parameters: {
            readonly query?: {
                readonly stream?: boolean;
                readonly offset?: number;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly jobID: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["JobLogLine"][];
                    readonly "application/x-ndjson": components["schemas"]["JobLogLine"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0JobsByJobIDPause: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly jobID: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": null | {
                    readonly note?: string;
                };
            };
        };
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0JobsByJobIDResume: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly jobID: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": null | {
                    readonly note?: string;
                };
            };
        };
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0JobsByJobIDRerun: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly jobID: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done, or is being done */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0JobsCancel: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default any */
                    readonly action?: string;
                    /** @default any */
                    readonly worker?: string;
                    /** @default any */
                    readonly status?: string;
                    readonly namespace?: string;
                    readonly repository?: string;
                    readonly requestedBy?: string;
                    /**
                     * @default any
                     * @enum {unknown}
                     */
                    readonly trigger?: "any" | "api" | "schedule" | "event" | "retry";
                    /** @default false */
                    readonly dryRun?: boolean;
                    /** @default 10000 */
                    readonly limit?: number;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly count: number;
                        readonly hasMore: boolean;
                        readonly dryRun: boolean;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Crons: {
        readonly parameters: {
            readonly query?: {
                readonly pageStart?: string;
                readonly pageSize?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly crons: readonly components["schemas"]["Cron"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0Crons: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly action: string;
                    readonly parameters?: {
                        readonly [key: string]: string;
                    } | null;
                    readonly capacityMap?: {
                        readonly [key: string]: number;
                    } | null;
                    readonly retries?: number;
                    readonly deadline?: string;
                    readonly stopTimeout?: string;
                    readonly name?: string;
                    readonly schedule: string;
                    readonly timeZone?: string;
                    readonly jitter?: string;
                    readonly catchupWindow?: string;
                    readonly isPaused?: boolean;
                    readonly isQueuePaused?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description It was done, or is being done */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Cron"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0CronsByCron: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly cron: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Cron"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0CronsByCron: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly cron: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0CronsByCronPause: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly cron: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly note?: string;
                } | null;
            };
        };
        readonly responses: {
            /** @description It was done, or is being done */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Cron"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0CronsByCronResume: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly cron: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly note?: string;
                } | null;
            };
        };
        readonly responses: {
            /** @description It was done, or is being done */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Cron"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0CronsByCronTrigger: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly cron: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done, or is being done */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Workers: {
        readonly parameters: {
            readonly query?: {
                readonly pageStart?: string;
                readonly pageSize?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly workers: readonly components["schemas"]["Worker"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0WorkersByWorkerIDCapacity: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly workerID: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly capacityMap: {
                        readonly [key: string]: number;
                    };
                };
            };
        };
        readonly responses: {
            /** @description It was done, or is being done */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Deployments: {
        readonly parameters: {
            readonly query?: {
                readonly pageStart?: string;
                readonly pageSize?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly deployments: readonly components["schemas"]["Deployment"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly putApiV0DeploymentsByNameCapacity: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description 1 to 63 letters, digits, ".", "_" and "-", a letter or digit first */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly capacityMap: {
                        readonly [key: string]: number;
                    };
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Queues: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly queues: readonly components["schemas"]["Queue"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly patchApiV0QueuesByAction: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly action: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly paused?: boolean;
                    readonly note?: string;
                    readonly maxRunning?: number | null;
                    readonly ratePerMinute?: number | null;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Webhooks: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
                readonly webhookType?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["Webhook"][];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0Webhooks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly type: string;
                    readonly key?: string;
                    readonly endpoint: string;
                    readonly tlsCert?: string;
                    readonly skipTLSVerification?: boolean;
                    readonly inactive?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description It was made */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0AccountsByNamespaceWebhooks: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
            };
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["Webhook"][];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0RepositoriesByNamespaceByReponameWebhooks: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
            };
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["Webhook"][];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0WebhooksUpdate: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly id: string;
                    readonly inactive?: boolean;
                    readonly endpoint?: string;
                    readonly tlsCert?: string;
                    readonly skipTLSVerification?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["Webhook"][];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0WebhooksByWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly webhook: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0WebhooksTest: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly type: string;
                    readonly endpoint: string;
                    readonly tlsCert?: string;
                    readonly skipTLSVerification?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description What the receiver answered */
                        readonly status: number;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Repositories: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly repositories: readonly components["schemas"]["Repository"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0RepositoriesByNamespace: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
            };
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly repositories: readonly components["schemas"]["Repository"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0RepositoriesByNamespace: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                    /** @default  */
                    readonly shortDescription?: string;
                    /** @default  */
                    readonly longDescription?: string;
                    /**
                     * @default public
                     * @enum {unknown}
                     */
                    readonly visibility?: "public" | "private";
                    /** @default false */
                    readonly scanOnPush?: boolean;
                    /** @default false */
                    readonly immutableTags?: boolean;
                    /** @default true */
                    readonly enableManifestLists?: boolean;
                    /** @default 0 */
                    readonly tagLimit?: number;
                    /**
                     * @default delete
                     * @enum {unknown}
                     */
                    readonly untaggedManifests?: "keep" | "delete";
                    /**
                     * @default delete
                     * @enum {unknown}
                     */
                    readonly orphanedReferrers?: "keep" | "delete";
                    /** @default 604800 */
                    readonly untaggedGraceSeconds?: number;
                };
            };
        };
        readonly responses: {
            /** @description It was made */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Repository"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0RepositoriesByNamespaceByReponame: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Repository"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0RepositoriesByNamespaceByReponame: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly patchApiV0RepositoriesByNamespaceByReponame: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly shortDescription?: string;
                    readonly longDescription?: string;
                    readonly scanOnPush?: boolean;
                    readonly immutableTags?: boolean;
                    readonly enableManifestLists?: boolean;
                    readonly tagLimit?: number;
                    readonly visibility?: string;
                    /** @enum {unknown} */
                    readonly untaggedManifests?: "keep" | "delete";
                    /** @enum {unknown} */
                    readonly orphanedReferrers?: "keep" | "delete";
                    readonly untaggedGraceSeconds?: number;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Repository"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0RepositoriesByNamespaceByReponameTags: {
        readonly parameters: {
            readonly query?: {
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
                readonly includeManifests?: boolean;
                readonly domain?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["Tag"][];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0RepositoriesByNamespaceByReponameTagsByReference: {
        readonly parameters: {
            readonly query?: {
                readonly domain?: string;
                readonly os?: string;
                readonly arch?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
                readonly reference: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["Tag"][];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0RepositoriesByNamespaceByReponameTagsByReference: {
        readonly parameters: {
            readonly query?: {
                readonly domain?: string;
                readonly force?: boolean;
            };
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
                readonly reference: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0RepositoriesByNamespaceByReponameManifests: {
        readonly parameters: {
            readonly query?: {
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
            };
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["Manifest"][];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0RepositoriesByNamespaceByReponameManifestsByReference: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
                readonly reference: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0AccountsByNamespaceRepositories: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0AccountsByNamespace: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0IndexAutocomplete: {
        readonly parameters: {
            readonly query: {
                readonly query: string;
                readonly includeRepositories?: boolean;
                readonly includeAccounts?: boolean;
                readonly namespace?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly accountResults?: readonly components["schemas"]["Account"][];
                        readonly repositoryResults?: readonly components["schemas"]["Repository"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0IndexDockersearch: {
        readonly parameters: {
            readonly query: {
                readonly q: string;
                readonly n?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DockerSearch"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Content_caches: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["ContentCache"][];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0Content_caches: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                    readonly host: string;
                };
            };
        };
        readonly responses: {
            /** @description It was made */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ContentCache"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Content_cachesByContentcacheuuid: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly contentcacheuuid: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ContentCache"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0Content_cachesByContentcacheuuid: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly contentcacheuuid: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0AccountsByUsernameSettings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UserSettings"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly patchApiV0AccountsByUsernameSettings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly contentCacheUUID?: string;
                    readonly ContentCacheUUID?: string;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UserSettings"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0AdminVersion: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly version: string;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Api_tokens: {
        readonly parameters: {
            readonly query?: {
                readonly username?: string;
                /** @description the hash that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["ApiToken"][];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0Api_tokens: {
        readonly parameters: {
            readonly query?: {
                readonly username?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly tokenLabel?: string;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NewApiToken"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0Api_tokens: {
        readonly parameters: {
            readonly query?: {
                readonly username?: string;
                readonly usedbefore?: string;
                readonly generatedby?: "user" | "auto";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Api_tokensByHashedtoken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly hashedtoken: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ApiToken"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0Api_tokensByHashedtoken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly hashedtoken: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly patchApiV0Api_tokensByHashedtoken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly hashedtoken: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly isActive?: boolean;
                    readonly tokenLabel?: string;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ApiToken"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0MetaSettings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0MetaSettings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly createRepositoryOnPush?: boolean;
                    readonly readOnlyRegistry?: boolean;
                    readonly jobHistoryCompactionEnabled?: boolean;
                    readonly jobHistoryToKeep?: number;
                    readonly jobHistoryMaxAge?: string;
                    readonly repoEventHistoryCompactionEnabled?: boolean;
                    readonly repoEventHistoryToKeep?: number;
                    readonly repoEventHistoryMaxAge?: string;
                    readonly reportAnalytics?: boolean;
                    readonly anonymizeAnalytics?: boolean;
                    readonly disablePersistentCookies?: boolean;
                    readonly disableBackupWarning?: boolean;
                    readonly disableUpgrades?: boolean;
                    readonly maxRepositoriesPerNamespace?: number;
                    readonly maxManifestsPerRepository?: number;
                    readonly maxTagsPerRepository?: number;
                    readonly maxOpenUploadsPerRepository?: number;
                    readonly maxOpenUploadsPerAccount?: number;
                    readonly maxWebhooksPerRepository?: number;
                    readonly maxWebhooksPerNamespace?: number;
                    readonly maxWebhooksOfInstallation?: number;
                    readonly maxRobotsPerNamespace?: number;
                    readonly maxRobotsOfInstallation?: number;
                    readonly maxTeamsPerOrganization?: number;
                    readonly maxAccessTokensPerAccount?: number;
                    readonly maxRefreshTokensPerAccount?: number;
                    readonly maxSessionsPerAccount?: number;
                    readonly maxPublicKeysPerAccount?: number;
                    readonly maxWaitingJobsPerAccount?: number;
                    readonly maxCrons?: number;
                    readonly maxContentCaches?: number;
                    readonly maxDeployments?: number;
                    readonly dtrHost?: boolean | number | string | Record<string, never> | null;
                    readonly clientCertAuthEnabled?: boolean | number | string | Record<string, never> | null;
                    readonly sso?: boolean | number | string | Record<string, never> | null;
                    readonly webTLSCert?: boolean | number | string | Record<string, never> | null;
                    readonly webTLSKey?: boolean | number | string | Record<string, never> | null;
                    readonly webTLSCA?: boolean | number | string | Record<string, never> | null;
                    readonly webTLSClientCA?: boolean | number | string | Record<string, never> | null;
                    readonly scanningEnabled?: boolean | number | string | Record<string, never> | null;
                    readonly scanningSyncOnline?: boolean | number | string | Record<string, never> | null;
                    readonly scanningDeadline?: boolean | number | string | Record<string, never> | null;
                    readonly scanningEnableAutoRecheck?: boolean | number | string | Record<string, never> | null;
                    readonly httpProxy?: boolean | number | string | Record<string, never> | null;
                    readonly httpsProxy?: boolean | number | string | Record<string, never> | null;
                    readonly noProxy?: boolean | number | string | Record<string, never> | null;
                    readonly logHost?: boolean | number | string | Record<string, never> | null;
                    readonly logLevel?: boolean | number | string | Record<string, never> | null;
                    readonly logProtocol?: boolean | number | string | Record<string, never> | null;
                    readonly nfsHost?: boolean | number | string | Record<string, never> | null;
                    readonly nfsPath?: boolean | number | string | Record<string, never> | null;
                    readonly storageVolume?: boolean | number | string | Record<string, never> | null;
                    readonly replicaID?: boolean | number | string | Record<string, never> | null;
                    readonly replicaSettings?: boolean | number | string | Record<string, never> | null;
                };
            };
        };
        readonly responses: {
            /** @description It was done, or is being done */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0MetaAnalyticsPreview: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly isOn: boolean;
                        readonly url: string | null;
                        readonly report: components["schemas"]["UsageReport"];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Events: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
                readonly publishedBefore?: string;
                readonly publishedAfter?: string;
                readonly actorId?: string;
                readonly eventType?: string;
                readonly objectType?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly events: readonly components["schemas"]["Event"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0RepositoriesByNamespaceByReponameEvents: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
                readonly publishedBefore?: string;
                readonly publishedAfter?: string;
                readonly actorId?: string;
                readonly eventType?: string;
                readonly objectType?: string;
                readonly excludePull?: boolean;
            };
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly events: readonly components["schemas"]["Event"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0MetaFeatures: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Features"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0MetaAlerts: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["Alert"][];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0MetaCluster_status: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ClusterStatus"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0AccountsLanguage: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly language: string;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0RepositoriesByNamespaceByReponameTeamAccess: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
            };
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RepositoryTeamAccess"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly putApiV0RepositoriesByNamespaceByReponameTeamAccessByTeam: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
                readonly team: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {unknown} */
                    readonly accessLevel: "read-only" | "read-write" | "admin";
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RepositoryTeamAccess"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0RepositoriesByNamespaceByReponameTeamAccessByTeam: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly reponame: string;
                readonly team: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0RepositoryNamespacesByNamespaceTeamAccess: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
            };
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly namespace: string;
                        readonly teamAccessList: readonly components["schemas"]["TeamAccess"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0RepositoryNamespacesByNamespaceTeamAccessByTeam: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly team: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NamespaceTeamAccess"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly putApiV0RepositoryNamespacesByNamespaceTeamAccessByTeam: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly team: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {unknown} */
                    readonly accessLevel: "read-only" | "read-write" | "admin";
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NamespaceTeamAccess"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0RepositoryNamespacesByNamespaceTeamAccessByTeam: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly namespace: string;
                readonly team: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0AccountsByOrganizationTeamsByTeamRepositoryAccess: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
            };
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly team: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly team: components["schemas"]["AccessTeam"];
                        readonly repositoryAccessList: readonly components["schemas"]["RepositoryAccess"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0AccountsByUsernameRepositoryAccessByNamespaceByReponame: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
                readonly namespace: string;
                readonly reponame: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @enum {string} */
                        readonly accessLevel: "read-only" | "read-write" | "admin";
                        readonly user: components["schemas"]["Account"];
                        readonly repository: components["schemas"]["Repository"];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0Accounts: {
        readonly parameters: {
            readonly query?: {
                readonly start?: string;
                readonly limit?: number;
                readonly filter?: "all" | "users" | "orgs" | "admins" | "non-admins" | "active-users" | "inactive-users";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly usersCount: number;
                        readonly orgsCount: number;
                        /** @description How many accounts pass the filter */
                        readonly resourceCount: number;
                        /** @description `start` of the next page; empty on the last one */
                        readonly nextPageStart: string;
                        readonly accounts: readonly components["schemas"]["Account"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postEnziV0Accounts: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                    readonly password?: string;
                    readonly fullName?: string;
                    /** @default false */
                    readonly isOrg?: boolean;
                    /** @default false */
                    readonly isAdmin?: boolean;
                    /** @default true */
                    readonly isActive?: boolean;
                    /** @default false */
                    readonly searchLDAP?: boolean;
                    readonly isImported?: boolean;
                    readonly onDemand?: boolean;
                    readonly otpEnabled?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description It was made */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Account"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0AccountsByUsername: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Account"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteEnziV0AccountsByUsername: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly patchEnziV0AccountsByUsername: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly fullName?: string;
                    readonly isAdmin?: boolean;
                    readonly isActive?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Account"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postEnziV0AccountsByUsernameChangePassword: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly oldPassword?: string;
                    readonly newPassword: string;
                    /** @default false */
                    readonly keepAccessTokens?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Account"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0Robots: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                readonly pageStart?: string;
                readonly pageSize?: number;
                readonly count?: boolean;
                readonly namespace?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly robots: readonly components["schemas"]["Robot"][];
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0Robots: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                    /** @default  */
                    readonly namespace?: string;
                    readonly description?: string;
                    readonly permissions: readonly {
                        readonly repository: string;
                        readonly actions: readonly ("pull" | "push" | "delete")[];
                    }[];
                    /** @default false */
                    readonly createRepositories?: boolean;
                    readonly expiresAt?: string;
                };
            };
        };
        readonly responses: {
            /** @description It was made */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RobotWithSecret"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getApiV0RobotsByRobot: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly robot: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Robot"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteApiV0RobotsByRobot: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly robot: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly patchApiV0RobotsByRobot: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly robot: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly description?: string;
                    readonly permissions?: readonly {
                        readonly repository: string;
                        readonly actions: readonly ("pull" | "push" | "delete")[];
                    }[];
                    readonly createRepositories?: boolean;
                    readonly isActive?: boolean;
                    readonly expiresAt?: string;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Robot"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postApiV0RobotsByRobotRotate: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly robot: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RobotWithSecret"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0AccountsByUsernamePublicKeys: {
        readonly parameters: {
            readonly query?: {
                readonly start?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly accountPublicKeys: readonly components["schemas"]["PublicKey"][];
                        /** @description `start` of the next page; empty on the last one */
                        readonly nextPageStart: string;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postEnziV0AccountsByUsernamePublicKeys: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly label?: string;
                    readonly publicKey: string;
                };
            };
        };
        readonly responses: {
            /** @description It was made */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PublicKey"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteEnziV0AccountsByUsernamePublicKeysByKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
                readonly key: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0AccountsByUsernameOrganizations: {
        readonly parameters: {
            readonly query?: {
                readonly start?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly memberOrgs: readonly components["schemas"]["Membership"][];
                        /** @description `start` of the next page; empty on the last one */
                        readonly nextPageStart: string;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0AccountsByOrganizationMembers: {
        readonly parameters: {
            readonly query?: {
                readonly start?: string;
                readonly limit?: number;
                readonly filter?: "all" | "admins" | "non-admins";
            };
            readonly header?: never;
            readonly path: {
                readonly organization: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly members: readonly components["schemas"]["Member"][];
                        /** @description `start` of the next page; empty on the last one */
                        readonly nextPageStart: string;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0AccountsByOrganizationMembersByMember: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly member: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Member"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly putEnziV0AccountsByOrganizationMembersByMember: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly member: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly isAdmin?: boolean;
                    readonly isPublic?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Member"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteEnziV0AccountsByOrganizationMembersByMember: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly member: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0AccountsByOrganizationTeams: {
        readonly parameters: {
            readonly query?: {
                readonly start?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly organization: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly teams: readonly components["schemas"]["Team"][];
                        /** @description `start` of the next page; empty on the last one */
                        readonly nextPageStart: string;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postEnziV0AccountsByOrganizationTeams: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly organization: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                    readonly description?: string;
                };
            };
        };
        readonly responses: {
            /** @description It was made */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Team"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0AccountsByOrganizationTeamsByTeam: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly team: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Team"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteEnziV0AccountsByOrganizationTeamsByTeam: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly team: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly patchEnziV0AccountsByOrganizationTeamsByTeam: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly team: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name?: string;
                    readonly description?: string;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Team"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0AccountsByOrganizationTeamsByTeamMembers: {
        readonly parameters: {
            readonly query?: {
                readonly start?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly team: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly members: readonly components["schemas"]["Member"][];
                        /** @description `start` of the next page; empty on the last one */
                        readonly nextPageStart: string;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0AccountsByOrganizationTeamsByTeamMembersByMember: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly team: string;
                readonly member: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Member"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly putEnziV0AccountsByOrganizationTeamsByTeamMembersByMember: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly team: string;
                readonly member: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly isAdmin?: boolean;
                    readonly isPublic?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Member"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteEnziV0AccountsByOrganizationTeamsByTeamMembersByMember: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly team: string;
                readonly member: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0Login: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly password: boolean;
                        readonly oidc: boolean;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postEnziV0Login: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly username: string;
                    readonly password: string;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly account: components["schemas"]["Account"];
                        readonly session: components["schemas"]["Session"];
                        readonly csrfToken: string;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postEnziV0Logout: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0Session: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly account: components["schemas"]["Account"];
                        readonly session: components["schemas"]["Session"] | null;
                        readonly csrfToken: string | null;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0AccountsByUsernameSessions: {
        readonly parameters: {
            readonly query?: {
                /** @description the id that nextPageStart of the page before gave */
                readonly start?: string;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly username: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly sessions: readonly components["schemas"]["ListedSession"][];
                        /** @description `start` of the next page; empty on the last one */
                        readonly nextPageStart: string;
                    };
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly deleteEnziV0AccountsByUsernameSessionsBySession: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly username: string;
                readonly session: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It was done */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0AccountsByOrganizationTeamsByTeamMemberSyncConfig: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly team: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemberSyncConfig"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly putEnziV0AccountsByOrganizationTeamsByTeamMemberSyncConfig: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly organization: string;
                readonly team: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly enableSync: boolean;
                    readonly ldapGroups?: readonly string[];
                    readonly oidcGroups?: readonly string[];
                    readonly groupDN?: string;
                    /** @default true */
                    readonly selectGroupMembers?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemberSyncConfig"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0OidcLogin: {
        readonly parameters: {
            readonly query?: {
                readonly returnTo?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It goes on elsewhere */
            readonly 302: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0OidcCallback: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It goes on elsewhere */
            readonly 302: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getEnziV0ConfAuthLdap: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LdapConfig"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly putEnziV0ConfAuthLdap: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The answer */
            readonly 405: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getAuthToken: {
        readonly parameters: {
            readonly query?: {
                readonly service?: string;
                readonly account?: string;
                readonly client_id?: string;
                readonly offline_token?: string;
                readonly realm?: string;
                readonly scope?: readonly string[];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Token"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly postAuthToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/x-www-form-urlencoded": {
                    readonly grant_type?: string;
                    readonly service?: string;
                    readonly client_id?: string;
                    readonly access_type?: string;
                    readonly scope?: readonly string[];
                    readonly username?: string;
                    readonly password?: string;
                    readonly refresh_token?: string;
                };
            };
        };
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OAuthToken"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getAuthJwks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/jwk-set+json": components["schemas"]["KeySet"];
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    readonly getAuthRootPem: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was asked for */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-pem-file": string;
                };
            };
            /** @description What went wrong */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
}
