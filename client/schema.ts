// Made from the API's own description by `npm run docs`: change the routes, not this file.

export interface paths {
    "/api/v0/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show this description */
        get: operations["getApiV0OpenapiJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/docs.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show this description */
        get: operations["getApiV0DocsJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the actions, the statuses of jobs, and the actions of MSR that are not here */
        get: operations["getApiV0Actions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/actions/{action}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show an action */
        get: operations["getApiV0ActionsByAction"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/action_configs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the configs of actions */
        get: operations["getApiV0Action_configs"];
        put?: never;
        /** Set the defaults of the parameters of an action */
        post: operations["postApiV0Action_configs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/action_configs/{action}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the config of an action */
        get: operations["getApiV0Action_configsByAction"];
        put?: never;
        post?: never;
        /** Delete the config of an action */
        delete: operations["deleteApiV0Action_configsByAction"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List jobs, the most recently scheduled first */
        get: operations["getApiV0Jobs"];
        put?: never;
        /** Run an action */
        post: operations["postApiV0Jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/jobs/{jobID}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a job */
        get: operations["getApiV0JobsByJobID"];
        put?: never;
        post?: never;
        /** Cancel and delete a job */
        delete: operations["deleteApiV0JobsByJobID"];
        options?: never;
        head?: never;
        /** Change the priority of a job that waits */
        patch: operations["patchApiV0JobsByJobID"];
        trace?: never;
    };
    "/api/v0/jobs/{jobID}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a job */
        post: operations["postApiV0JobsByJobIDCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/jobs/{jobID}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read or follow the log of a job */
        get: operations["getApiV0JobsByJobIDLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/jobs/{jobID}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pause a job at its next checkpoint */
        post: operations["postApiV0JobsByJobIDPause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/jobs/{jobID}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a job that is paused go on */
        post: operations["postApiV0JobsByJobIDResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/jobs/{jobID}/rerun": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run a job that has ended again */
        post: operations["postApiV0JobsByJobIDRerun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/jobs/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel the jobs of a filter, or count them */
        post: operations["postApiV0JobsCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/crons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List crons */
        get: operations["getApiV0Crons"];
        put?: never;
        /** Make or change a cron */
        post: operations["postApiV0Crons"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/crons/{cron}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a cron */
        get: operations["getApiV0CronsByCron"];
        put?: never;
        post?: never;
        /** Delete a cron */
        delete: operations["deleteApiV0CronsByCron"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/crons/{cron}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pause a cron */
        post: operations["postApiV0CronsByCronPause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/crons/{cron}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a cron that is paused go on */
        post: operations["postApiV0CronsByCronResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/crons/{cron}/trigger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run a cron now */
        post: operations["postApiV0CronsByCronTrigger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List workers */
        get: operations["getApiV0Workers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/workers/{workerID}/capacity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set the capacity of the deployment of a worker */
        post: operations["postApiV0WorkersByWorkerIDCapacity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/deployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List deployments: what the workers of one name may do at once */
        get: operations["getApiV0Deployments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/deployments/{name}/capacity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set the capacity of a deployment */
        put: operations["putApiV0DeploymentsByNameCapacity"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the queues, one for each action */
        get: operations["getApiV0Queues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/queues/{action}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Pause the queue of an action, or set how many of its jobs run */
        patch: operations["patchApiV0QueuesByAction"];
        trace?: never;
    };
    "/api/v0/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List webhooks */
        get: operations["getApiV0Webhooks"];
        put?: never;
        /** Make a webhook */
        post: operations["postApiV0Webhooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{namespace}/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the webhooks of a namespace */
        get: operations["getApiV0AccountsByNamespaceWebhooks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the webhooks of a repository */
        get: operations["getApiV0RepositoriesByNamespaceByReponameWebhooks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/webhooks/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change a webhook */
        post: operations["postApiV0WebhooksUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/webhooks/{webhook}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a webhook */
        delete: operations["deleteApiV0WebhooksByWebhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/webhooks/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an event that did not happen to a receiver */
        post: operations["postApiV0WebhooksTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List repositories */
        get: operations["getApiV0Repositories"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the repositories of a namespace */
        get: operations["getApiV0RepositoriesByNamespace"];
        put?: never;
        /** Make a repository */
        post: operations["postApiV0RepositoriesByNamespace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a repository */
        get: operations["getApiV0RepositoriesByNamespaceByReponame"];
        put?: never;
        post?: never;
        /** Delete a repository */
        delete: operations["deleteApiV0RepositoriesByNamespaceByReponame"];
        options?: never;
        head?: never;
        /** Change a repository */
        patch: operations["patchApiV0RepositoriesByNamespaceByReponame"];
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the tags of a repository */
        get: operations["getApiV0RepositoriesByNamespaceByReponameTags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/tags/{reference}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a tag, or all tags of a digest; of an index, for each platform */
        get: operations["getApiV0RepositoriesByNamespaceByReponameTagsByReference"];
        put?: never;
        post?: never;
        /** Delete a tag */
        delete: operations["deleteApiV0RepositoriesByNamespaceByReponameTagsByReference"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/manifests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the manifests of a repository */
        get: operations["getApiV0RepositoriesByNamespaceByReponameManifests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/manifests/{reference}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a manifest, with the tags that name it */
        delete: operations["deleteApiV0RepositoriesByNamespaceByReponameManifestsByReference"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{namespace}/repositories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete all repositories of a namespace */
        delete: operations["deleteApiV0AccountsByNamespaceRepositories"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{namespace}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete an account with all of its repositories */
        delete: operations["deleteApiV0AccountsByNamespace"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/index/autocomplete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find repositories and accounts by words */
        get: operations["getApiV0IndexAutocomplete"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/index/dockersearch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find repositories, as docker search does */
        get: operations["getApiV0IndexDockersearch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/content_caches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List content caches */
        get: operations["getApiV0Content_caches"];
        put?: never;
        /** Register a content cache */
        post: operations["postApiV0Content_caches"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/content_caches/{contentcacheuuid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a content cache */
        get: operations["getApiV0Content_cachesByContentcacheuuid"];
        put?: never;
        post?: never;
        /** Remove a content cache */
        delete: operations["deleteApiV0Content_cachesByContentcacheuuid"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{username}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the settings of a user */
        get: operations["getApiV0AccountsByUsernameSettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the settings of a user */
        patch: operations["patchApiV0AccountsByUsernameSettings"];
        trace?: never;
    };
    "/api/v0/admin/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the version of this program */
        get: operations["getApiV0AdminVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/api_tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List access tokens and refresh tokens */
        get: operations["getApiV0Api_tokens"];
        put?: never;
        /** Make an access token */
        post: operations["postApiV0Api_tokens"];
        /** Delete tokens that were not used for long */
        delete: operations["deleteApiV0Api_tokens"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/api_tokens/{hashedtoken}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a token */
        get: operations["getApiV0Api_tokensByHashedtoken"];
        put?: never;
        post?: never;
        /** Delete a token */
        delete: operations["deleteApiV0Api_tokensByHashedtoken"];
        options?: never;
        head?: never;
        /** Rename a token, or make it inactive */
        patch: operations["patchApiV0Api_tokensByHashedtoken"];
        trace?: never;
    };
    "/api/v0/meta/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the settings */
        get: operations["getApiV0MetaSettings"];
        put?: never;
        /** Change settings */
        post: operations["postApiV0MetaSettings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/meta/analytics/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the report of the use */
        get: operations["getApiV0MetaAnalyticsPreview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what happened, the newest first */
        get: operations["getApiV0Events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what happened in a repository, the newest first */
        get: operations["getApiV0RepositoriesByNamespaceByReponameEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/meta/features": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show what this version can do */
        get: operations["getApiV0MetaFeatures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/meta/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what an administrator has to look at */
        get: operations["getApiV0MetaAlerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/meta/cluster_status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show how the parts are */
        get: operations["getApiV0MetaCluster_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/language": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the language of this server */
        get: operations["getApiV0AccountsLanguage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/teamAccess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what teams are granted for a repository */
        get: operations["getApiV0RepositoriesByNamespaceByReponameTeamAccess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositories/{namespace}/{reponame}/teamAccess/{team}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Grant a team access to a repository */
        put: operations["putApiV0RepositoriesByNamespaceByReponameTeamAccessByTeam"];
        post?: never;
        /** Take from a team what it is granted for a repository */
        delete: operations["deleteApiV0RepositoriesByNamespaceByReponameTeamAccessByTeam"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositoryNamespaces/{namespace}/teamAccess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what teams are granted for a namespace */
        get: operations["getApiV0RepositoryNamespacesByNamespaceTeamAccess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/repositoryNamespaces/{namespace}/teamAccess/{team}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show what a team is granted for a namespace */
        get: operations["getApiV0RepositoryNamespacesByNamespaceTeamAccessByTeam"];
        /** Grant a team access to a namespace */
        put: operations["putApiV0RepositoryNamespacesByNamespaceTeamAccessByTeam"];
        post?: never;
        /** Take from a team what it is granted for a namespace */
        delete: operations["deleteApiV0RepositoryNamespacesByNamespaceTeamAccessByTeam"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{organization}/teams/{team}/repositoryAccess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the repositories that a team is granted */
        get: operations["getApiV0AccountsByOrganizationTeamsByTeamRepositoryAccess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/accounts/{username}/repositoryAccess/{namespace}/{reponame}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show what a user may do with a repository */
        get: operations["getApiV0AccountsByUsernameRepositoryAccessByNamespaceByReponame"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List accounts */
        get: operations["getEnziV0Accounts"];
        put?: never;
        /** Make a user or an organization */
        post: operations["postEnziV0Accounts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{username}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show an account */
        get: operations["getEnziV0AccountsByUsername"];
        put?: never;
        post?: never;
        /** Delete an account */
        delete: operations["deleteEnziV0AccountsByUsername"];
        options?: never;
        head?: never;
        /** Change an account */
        patch: operations["patchEnziV0AccountsByUsername"];
        trace?: never;
    };
    "/enzi/v0/accounts/{username}/changePassword": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the password of a user */
        post: operations["postEnziV0AccountsByUsernameChangePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/robots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List robots */
        get: operations["getApiV0Robots"];
        put?: never;
        /** Make a robot */
        post: operations["postApiV0Robots"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/robots/{robot}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a robot */
        get: operations["getApiV0RobotsByRobot"];
        put?: never;
        post?: never;
        /** Delete a robot */
        delete: operations["deleteApiV0RobotsByRobot"];
        options?: never;
        head?: never;
        /** Change a robot */
        patch: operations["patchApiV0RobotsByRobot"];
        trace?: never;
    };
    "/api/v0/robots/{robot}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a robot another secret */
        post: operations["postApiV0RobotsByRobotRotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{username}/publicKeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the certificates of a user */
        get: operations["getEnziV0AccountsByUsernamePublicKeys"];
        put?: never;
        /** Register a certificate by which a user signs in */
        post: operations["postEnziV0AccountsByUsernamePublicKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{username}/publicKeys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a certificate of a user */
        delete: operations["deleteEnziV0AccountsByUsernamePublicKeysByKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{username}/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the organizations of a user */
        get: operations["getEnziV0AccountsByUsernameOrganizations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{organization}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the members of an organization */
        get: operations["getEnziV0AccountsByOrganizationMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{organization}/members/{member}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a member of an organization */
        get: operations["getEnziV0AccountsByOrganizationMembersByMember"];
        /** Add a member to an organization, or change one */
        put: operations["putEnziV0AccountsByOrganizationMembersByMember"];
        post?: never;
        /** Remove a member from an organization and its teams */
        delete: operations["deleteEnziV0AccountsByOrganizationMembersByMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{organization}/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the teams of an organization */
        get: operations["getEnziV0AccountsByOrganizationTeams"];
        put?: never;
        /** Make a team */
        post: operations["postEnziV0AccountsByOrganizationTeams"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{organization}/teams/{team}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a team */
        get: operations["getEnziV0AccountsByOrganizationTeamsByTeam"];
        put?: never;
        post?: never;
        /** Delete a team */
        delete: operations["deleteEnziV0AccountsByOrganizationTeamsByTeam"];
        options?: never;
        head?: never;
        /** Change a team */
        patch: operations["patchEnziV0AccountsByOrganizationTeamsByTeam"];
        trace?: never;
    };
    "/enzi/v0/accounts/{organization}/teams/{team}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the members of a team */
        get: operations["getEnziV0AccountsByOrganizationTeamsByTeamMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{organization}/teams/{team}/members/{member}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a member of a team */
        get: operations["getEnziV0AccountsByOrganizationTeamsByTeamMembersByMember"];
        /** Add a member to a team, or change one */
        put: operations["putEnziV0AccountsByOrganizationTeamsByTeamMembersByMember"];
        post?: never;
        /** Remove a member from a team */
        delete: operations["deleteEnziV0AccountsByOrganizationTeamsByTeamMembersByMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show how people may sign in */
        get: operations["getEnziV0Login"];
        put?: never;
        /** Begin a session with a password */
        post: operations["postEnziV0Login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session of this browser */
        post: operations["postEnziV0Logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show who has signed in, and the session of this browser */
        get: operations["getEnziV0Session"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{username}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the sessions of a user */
        get: operations["getEnziV0AccountsByUsernameSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{username}/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a session of a user */
        delete: operations["deleteEnziV0AccountsByUsernameSessionsBySession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/accounts/{organization}/teams/{team}/memberSyncConfig": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show which groups put people into a team */
        get: operations["getEnziV0AccountsByOrganizationTeamsByTeamMemberSyncConfig"];
        /** Set which groups put people into a team */
        put: operations["putEnziV0AccountsByOrganizationTeamsByTeamMemberSyncConfig"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/oidc/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Send a browser to the OpenID provider to sign in */
        get: operations["getEnziV0OidcLogin"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Begin the session of a browser that comes back from the OpenID provider */
        get: operations["getEnziV0OidcCallback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enzi/v0/conf/auth/ldap": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show how the LDAP directory is set up */
        get: operations["getEnziV0ConfAuthLdap"];
        /** Say where the LDAP directory is set up */
        put: operations["putEnziV0ConfAuthLdap"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a token for the registry or the API */
        get: operations["getAuthToken"];
        put?: never;
        /** Get a token by OAuth 2.0 */
        post: operations["postAuthToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/jwks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the keys by which tokens are verified */
        get: operations["getAuthJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/root.pem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the certificate above the keys by which tokens are verified */
        get: operations["getAuthRootPem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Errors: {
            errors: {
                code: string;
                message: string;
            }[];
        };
        Action: {
            name: string;
            aliases: string[];
            description: string;
            stopAdvice: string;
            parameters: {
                [key: string]: unknown;
            };
            /** @enum {string} */
            taskQueue: "jobrunner-control" | "jobrunner-maintenance" | "jobrunner-webhook";
            priority: number;
            capacityMap: {
                [key: string]: number;
            };
            deadline: string;
            stopTimeout: string;
            /** @enum {string} */
            overlap: "skip" | "allow";
            startedBy: ("api" | "schedule" | "event" | "retry")[];
            defaultCron: string | null;
            pausable: boolean;
        };
        JobStatus: {
            /** @enum {string} */
            name: "waiting" | "running" | "done" | "error" | "cancel_request" | "cancel" | "deleted" | "worker_dead" | "worker_shutdown" | "worker_resurrection";
            aliases: string[];
        };
        AbsentAction: {
            name: string;
            instead: string;
        };
        ActionConfig: {
            readonly id: string;
            action: string;
            parameters: {
                [key: string]: string;
            };
        };
        JobProgress: {
            phase: string;
            done: number;
            total: number | null;
            bytes: number | null;
            rate: number | null;
            secondsLeft: number | null;
            /** Format: date-time */
            updatedAt: string;
        };
        Job: {
            readonly id: string;
            readonly retryFromID: string;
            readonly workerID: string;
            /** @enum {string} */
            readonly status: "waiting" | "running" | "done" | "error" | "cancel_request" | "cancel" | "deleted" | "worker_dead" | "worker_shutdown" | "worker_resurrection";
            /** Format: date-time */
            scheduledAt: string;
            /** Format: date-time */
            readonly lastUpdated: string;
            action: string;
            readonly retriesLeft: number;
            readonly retriesTotal: number;
            capacityMap: {
                [key: string]: number;
            };
            parameters: {
                [key: string]: string;
            };
            deadline: string;
            stopTimeout: string;
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
            priority: number;
            paused: boolean;
            pausing: boolean;
            readonly progress: components["schemas"]["JobProgress"] | null;
            readonly result: unknown;
            readonly failure: string | null;
            readonly waitingReason?: string;
        };
        JobLogLine: {
            lineNum: number;
            data: string;
        };
        CronRun: {
            jobID: string;
            /** @enum {string} */
            status: "waiting" | "running" | "done" | "error" | "cancel_request" | "cancel" | "deleted" | "worker_dead" | "worker_shutdown" | "worker_resurrection";
            /** @enum {string} */
            trigger: "api" | "schedule" | "event" | "retry";
            /** Format: date-time */
            dueAt: string;
            /** Format: date-time */
            startedAt: string | null;
            /** Format: date-time */
            endedAt: string | null;
            failure: string | null;
            waitingReason?: string;
        };
        Cron: {
            readonly id: string;
            name: string;
            action: string;
            schedule: string;
            timeZone: string;
            jitter: string;
            catchupWindow: string;
            retries: number;
            capacityMap: {
                [key: string]: number;
            };
            parameters: {
                [key: string]: string;
            };
            deadline: string;
            stopTimeout: string;
            isPaused: boolean;
            readonly note: string;
            isQueuePaused: boolean;
            /** Format: date-time */
            readonly nextRun?: string;
            readonly nextRuns: string[];
            readonly lastRuns: components["schemas"]["CronRun"][];
            readonly missedRuns: {
                tooLate: number;
                overlap: number;
            };
            readonly problem: string;
            readonly isApplied: boolean;
            readonly requestedBy: string;
            /** Format: date-time */
            readonly updatedAt: string;
        };
        Worker: {
            readonly id: string;
            /** @enum {string} */
            readonly status: "running" | "dead" | "stopped";
            capacityMap: {
                [key: string]: number;
            };
            /** Format: date-time */
            readonly heartbeatExpiration: string;
            readonly deployment: string;
            readonly roles: string[];
            readonly version: string;
            readonly slots: {
                taskQueue: string;
                kind: string;
                used: number;
                free: number;
                total: number;
            }[];
            /** Format: date-time */
            readonly startedAt: string;
            /** Format: date-time */
            readonly lastHeartbeat: string;
        };
        Deployment: {
            readonly name: string;
            readonly workers: number;
            capacityMap: {
                [key: string]: number;
            };
        };
        Queue: {
            readonly action: string;
            paused: boolean;
            note: string;
            readonly pausedBy: string;
            /** Format: date-time */
            readonly pausedAt: string | null;
            maxRunning: number | null;
            readonly mayRun: number;
            ratePerMinute: number | null;
            readonly waiting: number;
            readonly running: number;
        };
        Webhook: {
            readonly id: string;
            /** @enum {string} */
            type: "TAG_PUSH" | "TAG_PULL" | "TAG_DELETE" | "MANIFEST_PUSH" | "MANIFEST_PULL" | "MANIFEST_DELETE" | "REPO_EVENT" | "REPO_CREATED" | "REPO_UPDATED" | "REPO_DELETED";
            key: string;
            endpoint: string;
            readonly authorID: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly lastSuccessfulAt?: string;
            /** Format: date-time */
            readonly failingSince?: string;
            inactive: boolean;
            tlsCert: string;
            skipTLSVerification: boolean;
        };
        Repository: {
            readonly id: string;
            readonly namespace: string;
            /** @enum {string} */
            readonly namespaceType: "user" | "organization";
            name: string;
            shortDescription: string;
            longDescription?: string;
            /** @enum {string} */
            visibility: "public" | "private";
            scanOnPush: boolean;
            immutableTags: boolean;
            enableManifestLists: boolean;
            tagLimit: number;
            /** @enum {string} */
            untaggedManifests: "keep" | "delete";
            /** @enum {string} */
            orphanedReferrers: "keep" | "delete";
            untaggedGraceSeconds: number;
            readonly pulls: number;
            readonly pushes: number;
            readonly inactive: {
                scanOnPush?: string;
            };
        };
        TagManifest: {
            digest: string;
            mediaType?: string;
            os?: string;
            architecture?: string;
            author?: string;
            configDigest?: string;
            configMediaType?: string;
            size?: number;
            /** Format: date-time */
            createdAt?: string;
        };
        Tag: {
            name: string;
            author: string;
            digest: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            hashMismatch: boolean;
            inNotary: boolean;
            manifest: components["schemas"]["TagManifest"];
        };
        Manifest: {
            digest: string;
            mediaType: string;
            os: string;
            architecture: string;
            author: string;
            configDigest: string;
            configMediaType: string;
            size: number;
            /** Format: date-time */
            createdAt: string;
        };
        Account: {
            readonly id: string;
            name: string;
            fullName: string;
            isOrg: boolean;
            isAdmin?: boolean;
            isActive?: boolean;
            readonly isImported?: boolean;
            readonly onDemand?: boolean;
            readonly otpEnabled?: boolean;
            readonly membersCount?: number;
            readonly teamsCount?: number;
        };
        DockerSearch: {
            num_results: number;
            query: string;
            results: {
                name: string;
                description: string;
                is_official: boolean;
                is_trusted: boolean;
                star_count: number;
            }[];
        };
        ContentCache: {
            readonly id: string;
            name: string;
            host: string;
        };
        UserSettings: {
            /** @description The chosen content cache; empty for none */
            ContentCacheUUID: string;
        };
        ApiToken: {
            readonly hashedToken: string;
            tokenLabel: string;
            isActive: boolean;
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
        NewApiToken: {
            readonly token: string;
            readonly hashedToken: string;
            tokenLabel: string;
            isActive: boolean;
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
        Settings: {
            createRepositoryOnPush: boolean;
            readOnlyRegistry: boolean;
            jobHistoryCompactionEnabled: boolean;
            jobHistoryToKeep: number;
            jobHistoryMaxAge: string;
            repoEventHistoryCompactionEnabled: boolean;
            repoEventHistoryToKeep: number;
            repoEventHistoryMaxAge: string;
            reportAnalytics: boolean;
            anonymizeAnalytics: boolean;
            disablePersistentCookies: boolean;
            disableBackupWarning: boolean;
            disableUpgrades: boolean;
            maxRepositoriesPerNamespace: number;
            maxManifestsPerRepository: number;
            maxTagsPerRepository: number;
            maxOpenUploadsPerRepository: number;
            maxOpenUploadsPerAccount: number;
            maxWebhooksPerRepository: number;
            maxWebhooksPerNamespace: number;
            maxWebhooksOfInstallation: number;
            maxRobotsPerNamespace: number;
            maxRobotsOfInstallation: number;
            maxTeamsPerOrganization: number;
            maxAccessTokensPerAccount: number;
            maxRefreshTokensPerAccount: number;
            maxSessionsPerAccount: number;
            maxPublicKeysPerAccount: number;
            maxWaitingJobsPerAccount: number;
            maxCrons: number;
            maxContentCaches: number;
            maxDeployments: number;
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
        UsageReport: {
            installation: string;
            version: string;
            /** Format: date-time */
            generatedAt: string;
            isAnonymous: boolean;
            names?: {
                publicUrl: string;
                organizations: string[];
            };
            totals: {
                [key: string]: number;
            };
            estimated: string[];
            jobs: {
                action: string;
                /** @enum {string} */
                status: "waiting" | "running" | "done" | "error" | "cancel_request" | "cancel" | "deleted" | "worker_dead" | "worker_shutdown" | "worker_resurrection";
                count: number;
                meanSeconds: number | null;
            }[];
        };
        Event: {
            id: string;
            /** Format: date-time */
            publishedAt: string;
            actor: string;
            actorType: string;
            type: string;
            object: {
                type: string;
                id: string;
                name: string;
            };
            target?: {
                type: string;
                id: string;
            };
            repository: string;
            /** @enum {string} */
            kind: "TAG_PUSH" | "TAG_PULL" | "TAG_DELETE" | "MANIFEST_PUSH" | "MANIFEST_PULL" | "MANIFEST_DELETE" | "REPOSITORY_CREATE" | "REPOSITORY_UPDATE" | "REPOSITORY_DELETE" | "TEAM_ACCESS_UPDATE" | "TEAM_ACCESS_DELETE" | "WEBHOOK_CREATE" | "WEBHOOK_UPDATE" | "WEBHOOK_TEST" | "WEBHOOK_DELETE" | "ACCOUNT_CREATE" | "ACCOUNT_UPDATE" | "ACCOUNT_DELETE" | "PASSWORD_CHANGE" | "MEMBER_UPDATE" | "MEMBER_DELETE" | "TEAM_CREATE" | "TEAM_UPDATE" | "TEAM_DELETE" | "TEAM_MEMBER_UPDATE" | "TEAM_MEMBER_DELETE" | "MEMBER_SYNC_UPDATE" | "ROBOT_CREATE" | "ROBOT_UPDATE" | "ROBOT_ROTATE" | "ROBOT_DELETE" | "PUBLIC_KEY_CREATE" | "PUBLIC_KEY_DELETE" | "SESSION_CREATE" | "SESSION_DELETE" | "SIGN_IN" | "SIGN_IN_FAILURE" | "SIGN_IN_LOCKOUT" | "API_TOKEN_CREATE" | "API_TOKEN_UPDATE" | "API_TOKEN_DELETE" | "JOB_CREATE" | "JOB_PAUSE" | "JOB_RESUME" | "JOB_UPDATE" | "JOB_CANCEL" | "JOB_DELETE" | "JOBS_CANCEL" | "ACTION_CONFIG_UPDATE" | "ACTION_CONFIG_DELETE" | "QUEUE_UPDATE" | "DEPLOYMENT_UPDATE" | "CRON_UPDATE" | "CRON_DELETE" | "CONTENT_CACHE_CREATE" | "CONTENT_CACHE_DELETE" | "USER_SETTINGS_UPDATE" | "SETTINGS_UPDATE";
            actorName: string;
            address?: string;
            outcome: string;
            count: number;
            namespace: string;
            details: {
                [key: string]: unknown;
            };
        };
        Features: {
            db_version: number;
            metadataStoreOptedIn: boolean;
            mirroringLicensed: boolean;
            onlineGCEnabled: boolean;
            promotionLicensed: boolean;
            scanningEnabled: boolean;
            scanningLicensed: boolean;
            ucpHost: string;
        };
        Alert: {
            /** @enum {string} */
            class: "worker" | "backlog" | "cron" | "disk" | "blob";
            id: string;
            message: string;
            /** @description The image that is concerned */
            img?: string;
            /** @description Where in the API more is to be seen */
            url?: string;
        };
        ClusterStatus: {
            rethink_system_tables: Record<string, never>;
            /** @description OK where nothing is known to be wrong; otherwise what is */
            replica_health: {
                [key: string]: string;
            };
            /** @description When that was looked at */
            replica_timestamp: {
                [key: string]: string;
            };
            /** @description Whether the registry is read-only; one setting holds for all */
            replica_readonly: {
                [key: string]: boolean;
            };
            /** @description The worker on which a garbage collection runs; empty: none does */
            gc_lock_holder: string;
        };
        AccessTeam: {
            id: string;
            name: string;
            /** @description Whether whoever asks is in the team */
            clientUserIsMember: boolean;
        };
        TeamAccess: {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            readonly team: components["schemas"]["AccessTeam"];
        };
        RepositoryTeamAccess: {
            readonly repository: components["schemas"]["Repository"];
            readonly teamAccessList: components["schemas"]["TeamAccess"][];
        };
        NamespaceTeamAccess: {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            readonly team: components["schemas"]["AccessTeam"];
            readonly namespace: string;
        };
        RepositoryAccess: {
            /** @enum {string} */
            accessLevel: "read-only" | "read-write" | "admin";
            readonly repository: components["schemas"]["Repository"];
        };
        Robot: {
            readonly id: string;
            /** @description What it signs in with */
            readonly name: string;
            /** @description Whose administrators run it; empty: system administrators alone */
            readonly namespace: string;
            description: string;
            isActive: boolean;
            /** @description Whether pushes of the robot make repositories that are not there */
            createRepositories: boolean;
            /** @description A time by RFC 3339, or `never` */
            expiresAt: string;
            permissions: {
                /** @description `<namespace>/<name>`, or `<namespace>/*` for all of a namespace */
                repository: string;
                actions: ("pull" | "push" | "delete")[];
            }[];
            readonly createdBy: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** @description A time by RFC 3339, or `never` */
            readonly lastUsed: string;
            readonly isExpired: boolean;
        };
        RobotWithSecret: {
            readonly id: string;
            /** @description What it signs in with */
            readonly name: string;
            /** @description Whose administrators run it; empty: system administrators alone */
            readonly namespace: string;
            description: string;
            isActive: boolean;
            /** @description Whether pushes of the robot make repositories that are not there */
            createRepositories: boolean;
            /** @description A time by RFC 3339, or `never` */
            expiresAt: string;
            permissions: {
                /** @description `<namespace>/<name>`, or `<namespace>/*` for all of a namespace */
                repository: string;
                actions: ("pull" | "push" | "delete")[];
            }[];
            readonly createdBy: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** @description A time by RFC 3339, or `never` */
            readonly lastUsed: string;
            readonly isExpired: boolean;
            readonly secret: string;
        };
        PublicKey: {
            /** @description SHA-256 of the certificate, in hex */
            readonly id: string;
            readonly accountID: string;
            readonly label: string;
            /** @description The certificate, PEM */
            readonly publicKey: string;
            /** Format: date-time */
            readonly createdAt: string;
        };
        Membership: {
            /** @description Whether an owner of the organization, or an administrator of the team */
            isAdmin: boolean;
            isPublic: boolean;
            readonly org: components["schemas"]["Account"];
        };
        Member: {
            /** @description Whether an owner of the organization, or an administrator of the team */
            isAdmin: boolean;
            isPublic: boolean;
            readonly member: components["schemas"]["Account"];
        };
        Team: {
            readonly id: string;
            readonly orgID: string;
            name: string;
            description: string;
            readonly membersCount: number;
        };
        Session: {
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
        ListedSession: {
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
        MemberSyncConfig: {
            enableSync: boolean;
            ldapGroups: string[];
            oidcGroups: string[];
            selectGroupMembers: boolean;
            groupDN: string;
        };
        LdapConfig: {
            readonly isEnabled: boolean;
            readonly serverURL: string;
            readonly startTLS: boolean;
            readonly tlsSkipVerify: boolean;
            readonly rootCerts: string;
            readonly readerDN: string;
            readonly jitUserProvisioning: boolean;
            readonly userSearchConfigs: {
                baseDN: string;
                scopeSubtree: boolean;
                filter: string;
                usernameAttr: string;
                fullNameAttr: string;
            }[];
            readonly adminSyncOpts: {
                enableSync: boolean;
                selectGroupMembers: boolean;
                groupDN: string;
                groupMemberAttr: string;
            };
        };
        Token: {
            token: string;
            access_token: string;
            /** @description In seconds */
            expires_in: number;
            /** Format: date-time */
            issued_at: string;
            scope: string;
            refresh_token?: string;
        };
        OAuthToken: {
            access_token: string;
            /** @description In seconds */
            expires_in: number;
            /** Format: date-time */
            issued_at: string;
            scope: string;
            refresh_token?: string;
            /** @enum {string} */
            token_type: "Bearer";
        };
        KeySet: {
            keys: {
                kty: string;
                crv?: string;
                x?: string;
                y?: string;
                kid?: string;
                alg?: string;
                use?: string;
                x5c?: string[];
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
    getApiV0OpenapiJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0DocsJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Actions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        actions: components["schemas"]["Action"][];
                        statuses: components["schemas"]["JobStatus"][];
                        absentActions: components["schemas"]["AbsentAction"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0ActionsByAction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                action: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Action_configs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        actionConfigs: components["schemas"]["ActionConfig"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0Action_configs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    action: string;
                    parameters?: {
                        [key: string]: string;
                    } | null;
                };
            };
        };
        responses: {
            /** @description It was done, or is being done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionConfig"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Action_configsByAction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                action: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionConfig"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0Action_configsByAction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                action: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Jobs: {
        parameters: {
            query?: {
                action?: string;
                worker?: string;
                status?: string;
                namespace?: string;
                repository?: string;
                requestedBy?: string;
                trigger?: "any" | "api" | "schedule" | "event" | "retry";
                running?: "any" | "true" | "false";
                after?: string;
                start?: number;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        jobs: components["schemas"]["Job"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0Jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    action: string;
                    parameters?: {
                        [key: string]: string;
                    } | null;
                    capacityMap?: {
                        [key: string]: number;
                    } | null;
                    retries?: number;
                    deadline?: string;
                    stopTimeout?: string;
                    scheduledAt?: string;
                    priority?: number;
                    paused?: boolean;
                    pausing?: boolean;
                };
            };
        };
        responses: {
            /** @description It was done, or is being done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0JobsByJobID: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                jobID: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0JobsByJobID: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                jobID: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    patchApiV0JobsByJobID: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                jobID: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    priority: 1 | 2 | 3 | 4 | 5;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0JobsByJobIDCancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                jobID: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0JobsByJobIDLogs: {
        parameters: {
            query?: {
                stream?: boolean;
                offset?: number;
                limit?: number;
            };
            header?: never;
            path: {
                jobID: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobLogLine"][];
                    "application/x-ndjson": components["schemas"]["JobLogLine"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0JobsByJobIDPause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                jobID: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": null | {
                    note?: string;
                };
            };
        };
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0JobsByJobIDResume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                jobID: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": null | {
                    note?: string;
                };
            };
        };
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0JobsByJobIDRerun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                jobID: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done, or is being done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0JobsCancel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default any */
                    action?: string;
                    /** @default any */
                    worker?: string;
                    /** @default any */
                    status?: string;
                    namespace?: string;
                    repository?: string;
                    requestedBy?: string;
                    /**
                     * @default any
                     * @enum {unknown}
                     */
                    trigger?: "any" | "api" | "schedule" | "event" | "retry";
                    /** @default false */
                    dryRun?: boolean;
                    /** @default 10000 */
                    limit?: number;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        count: number;
                        hasMore: boolean;
                        dryRun: boolean;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Crons: {
        parameters: {
            query?: {
                pageStart?: string;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        crons: components["schemas"]["Cron"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0Crons: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    action: string;
                    parameters?: {
                        [key: string]: string;
                    } | null;
                    capacityMap?: {
                        [key: string]: number;
                    } | null;
                    retries?: number;
                    deadline?: string;
                    stopTimeout?: string;
                    name?: string;
                    schedule: string;
                    timeZone?: string;
                    jitter?: string;
                    catchupWindow?: string;
                    isPaused?: boolean;
                    isQueuePaused?: boolean;
                };
            };
        };
        responses: {
            /** @description It was done, or is being done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cron"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0CronsByCron: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cron: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cron"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0CronsByCron: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cron: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0CronsByCronPause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cron: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note?: string;
                } | null;
            };
        };
        responses: {
            /** @description It was done, or is being done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cron"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0CronsByCronResume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cron: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note?: string;
                } | null;
            };
        };
        responses: {
            /** @description It was done, or is being done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cron"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0CronsByCronTrigger: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cron: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done, or is being done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Workers: {
        parameters: {
            query?: {
                pageStart?: string;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        workers: components["schemas"]["Worker"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0WorkersByWorkerIDCapacity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workerID: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    capacityMap: {
                        [key: string]: number;
                    };
                };
            };
        };
        responses: {
            /** @description It was done, or is being done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Deployments: {
        parameters: {
            query?: {
                pageStart?: string;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        deployments: components["schemas"]["Deployment"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    putApiV0DeploymentsByNameCapacity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1 to 63 letters, digits, ".", "_" and "-", a letter or digit first */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    capacityMap: {
                        [key: string]: number;
                    };
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Queues: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        queues: components["schemas"]["Queue"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    patchApiV0QueuesByAction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                action: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    paused?: boolean;
                    note?: string;
                    maxRunning?: number | null;
                    ratePerMinute?: number | null;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Webhooks: {
        parameters: {
            query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
                webhookType?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"][];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0Webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    type: string;
                    key?: string;
                    endpoint: string;
                    tlsCert?: string;
                    skipTLSVerification?: boolean;
                    inactive?: boolean;
                };
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0AccountsByNamespaceWebhooks: {
        parameters: {
            query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
            };
            header?: never;
            path: {
                namespace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"][];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0RepositoriesByNamespaceByReponameWebhooks: {
        parameters: {
            query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
            };
            header?: never;
            path: {
                namespace: string;
                reponame: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"][];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0WebhooksUpdate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    id: string;
                    inactive?: boolean;
                    endpoint?: string;
                    tlsCert?: string;
                    skipTLSVerification?: boolean;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"][];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0WebhooksByWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0WebhooksTest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    type: string;
                    endpoint: string;
                    tlsCert?: string;
                    skipTLSVerification?: boolean;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What the receiver answered */
                        status: number;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Repositories: {
        parameters: {
            query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        repositories: components["schemas"]["Repository"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0RepositoriesByNamespace: {
        parameters: {
            query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
            };
            header?: never;
            path: {
                namespace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        repositories: components["schemas"]["Repository"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0RepositoriesByNamespace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @default  */
                    shortDescription?: string;
                    /** @default  */
                    longDescription?: string;
                    /**
                     * @default public
                     * @enum {unknown}
                     */
                    visibility?: "public" | "private";
                    /** @default false */
                    scanOnPush?: boolean;
                    /** @default false */
                    immutableTags?: boolean;
                    /** @default true */
                    enableManifestLists?: boolean;
                    /** @default 0 */
                    tagLimit?: number;
                    /**
                     * @default delete
                     * @enum {unknown}
                     */
                    untaggedManifests?: "keep" | "delete";
                    /**
                     * @default delete
                     * @enum {unknown}
                     */
                    orphanedReferrers?: "keep" | "delete";
                    /** @default 604800 */
                    untaggedGraceSeconds?: number;
                };
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Repository"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0RepositoriesByNamespaceByReponame: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
                reponame: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Repository"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0RepositoriesByNamespaceByReponame: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
                reponame: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    patchApiV0RepositoriesByNamespaceByReponame: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
                reponame: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    shortDescription?: string;
                    longDescription?: string;
                    scanOnPush?: boolean;
                    immutableTags?: boolean;
                    enableManifestLists?: boolean;
                    tagLimit?: number;
                    visibility?: string;
                    /** @enum {unknown} */
                    untaggedManifests?: "keep" | "delete";
                    /** @enum {unknown} */
                    orphanedReferrers?: "keep" | "delete";
                    untaggedGraceSeconds?: number;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Repository"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0RepositoriesByNamespaceByReponameTags: {
        parameters: {
            query?: {
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
                includeManifests?: boolean;
                domain?: string;
            };
            header?: never;
            path: {
                namespace: string;
                reponame: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tag"][];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0RepositoriesByNamespaceByReponameTagsByReference: {
        parameters: {
            query?: {
                domain?: string;
                os?: string;
                arch?: string;
            };
            header?: never;
            path: {
                namespace: string;
                reponame: string;
                reference: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tag"][];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0RepositoriesByNamespaceByReponameTagsByReference: {
        parameters: {
            query?: {
                domain?: string;
                force?: boolean;
            };
            header?: never;
            path: {
                namespace: string;
                reponame: string;
                reference: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0RepositoriesByNamespaceByReponameManifests: {
        parameters: {
            query?: {
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
            };
            header?: never;
            path: {
                namespace: string;
                reponame: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Manifest"][];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0RepositoriesByNamespaceByReponameManifestsByReference: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
                reponame: string;
                reference: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0AccountsByNamespaceRepositories: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0AccountsByNamespace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0IndexAutocomplete: {
        parameters: {
            query: {
                query: string;
                includeRepositories?: boolean;
                includeAccounts?: boolean;
                namespace?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accountResults?: components["schemas"]["Account"][];
                        repositoryResults?: components["schemas"]["Repository"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0IndexDockersearch: {
        parameters: {
            query: {
                q: string;
                n?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DockerSearch"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Content_caches: {
        parameters: {
            query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContentCache"][];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0Content_caches: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    host: string;
                };
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContentCache"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Content_cachesByContentcacheuuid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contentcacheuuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContentCache"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0Content_cachesByContentcacheuuid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                contentcacheuuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0AccountsByUsernameSettings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserSettings"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    patchApiV0AccountsByUsernameSettings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    contentCacheUUID?: string;
                    ContentCacheUUID?: string;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserSettings"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0AdminVersion: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        version: string;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Api_tokens: {
        parameters: {
            query?: {
                username?: string;
                /** @description the hash that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiToken"][];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0Api_tokens: {
        parameters: {
            query?: {
                username?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    tokenLabel?: string;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiToken"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0Api_tokens: {
        parameters: {
            query?: {
                username?: string;
                usedbefore?: string;
                generatedby?: "user" | "auto";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Api_tokensByHashedtoken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                hashedtoken: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiToken"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0Api_tokensByHashedtoken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                hashedtoken: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    patchApiV0Api_tokensByHashedtoken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                hashedtoken: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    isActive?: boolean;
                    tokenLabel?: string;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiToken"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0MetaSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0MetaSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    createRepositoryOnPush?: boolean;
                    readOnlyRegistry?: boolean;
                    jobHistoryCompactionEnabled?: boolean;
                    jobHistoryToKeep?: number;
                    jobHistoryMaxAge?: string;
                    repoEventHistoryCompactionEnabled?: boolean;
                    repoEventHistoryToKeep?: number;
                    repoEventHistoryMaxAge?: string;
                    reportAnalytics?: boolean;
                    anonymizeAnalytics?: boolean;
                    disablePersistentCookies?: boolean;
                    disableBackupWarning?: boolean;
                    disableUpgrades?: boolean;
                    maxRepositoriesPerNamespace?: number;
                    maxManifestsPerRepository?: number;
                    maxTagsPerRepository?: number;
                    maxOpenUploadsPerRepository?: number;
                    maxOpenUploadsPerAccount?: number;
                    maxWebhooksPerRepository?: number;
                    maxWebhooksPerNamespace?: number;
                    maxWebhooksOfInstallation?: number;
                    maxRobotsPerNamespace?: number;
                    maxRobotsOfInstallation?: number;
                    maxTeamsPerOrganization?: number;
                    maxAccessTokensPerAccount?: number;
                    maxRefreshTokensPerAccount?: number;
                    maxSessionsPerAccount?: number;
                    maxPublicKeysPerAccount?: number;
                    maxWaitingJobsPerAccount?: number;
                    maxCrons?: number;
                    maxContentCaches?: number;
                    maxDeployments?: number;
                    dtrHost?: boolean | number | string | Record<string, never> | null;
                    clientCertAuthEnabled?: boolean | number | string | Record<string, never> | null;
                    sso?: boolean | number | string | Record<string, never> | null;
                    webTLSCert?: boolean | number | string | Record<string, never> | null;
                    webTLSKey?: boolean | number | string | Record<string, never> | null;
                    webTLSCA?: boolean | number | string | Record<string, never> | null;
                    webTLSClientCA?: boolean | number | string | Record<string, never> | null;
                    scanningEnabled?: boolean | number | string | Record<string, never> | null;
                    scanningSyncOnline?: boolean | number | string | Record<string, never> | null;
                    scanningDeadline?: boolean | number | string | Record<string, never> | null;
                    scanningEnableAutoRecheck?: boolean | number | string | Record<string, never> | null;
                    httpProxy?: boolean | number | string | Record<string, never> | null;
                    httpsProxy?: boolean | number | string | Record<string, never> | null;
                    noProxy?: boolean | number | string | Record<string, never> | null;
                    logHost?: boolean | number | string | Record<string, never> | null;
                    logLevel?: boolean | number | string | Record<string, never> | null;
                    logProtocol?: boolean | number | string | Record<string, never> | null;
                    nfsHost?: boolean | number | string | Record<string, never> | null;
                    nfsPath?: boolean | number | string | Record<string, never> | null;
                    storageVolume?: boolean | number | string | Record<string, never> | null;
                    replicaID?: boolean | number | string | Record<string, never> | null;
                    replicaSettings?: boolean | number | string | Record<string, never> | null;
                };
            };
        };
        responses: {
            /** @description It was done, or is being done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0MetaAnalyticsPreview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        isOn: boolean;
                        url: string | null;
                        report: components["schemas"]["UsageReport"];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Events: {
        parameters: {
            query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
                publishedBefore?: string;
                publishedAfter?: string;
                actorId?: string;
                eventType?: string;
                objectType?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        events: components["schemas"]["Event"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0RepositoriesByNamespaceByReponameEvents: {
        parameters: {
            query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
                publishedBefore?: string;
                publishedAfter?: string;
                actorId?: string;
                eventType?: string;
                objectType?: string;
                excludePull?: boolean;
            };
            header?: never;
            path: {
                namespace: string;
                reponame: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        events: components["schemas"]["Event"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0MetaFeatures: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Features"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0MetaAlerts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"][];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0MetaCluster_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterStatus"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0AccountsLanguage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        language: string;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0RepositoriesByNamespaceByReponameTeamAccess: {
        parameters: {
            query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
            };
            header?: never;
            path: {
                namespace: string;
                reponame: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RepositoryTeamAccess"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    putApiV0RepositoriesByNamespaceByReponameTeamAccessByTeam: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
                reponame: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    accessLevel: "read-only" | "read-write" | "admin";
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RepositoryTeamAccess"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0RepositoriesByNamespaceByReponameTeamAccessByTeam: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
                reponame: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0RepositoryNamespacesByNamespaceTeamAccess: {
        parameters: {
            query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
            };
            header?: never;
            path: {
                namespace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        namespace: string;
                        teamAccessList: components["schemas"]["TeamAccess"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0RepositoryNamespacesByNamespaceTeamAccessByTeam: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NamespaceTeamAccess"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    putApiV0RepositoryNamespacesByNamespaceTeamAccessByTeam: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    accessLevel: "read-only" | "read-write" | "admin";
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NamespaceTeamAccess"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0RepositoryNamespacesByNamespaceTeamAccessByTeam: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0AccountsByOrganizationTeamsByTeamRepositoryAccess: {
        parameters: {
            query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
            };
            header?: never;
            path: {
                organization: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        team: components["schemas"]["AccessTeam"];
                        repositoryAccessList: components["schemas"]["RepositoryAccess"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0AccountsByUsernameRepositoryAccessByNamespaceByReponame: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
                namespace: string;
                reponame: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        accessLevel: "read-only" | "read-write" | "admin";
                        user: components["schemas"]["Account"];
                        repository: components["schemas"]["Repository"];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0Accounts: {
        parameters: {
            query?: {
                start?: string;
                limit?: number;
                filter?: "all" | "users" | "orgs" | "admins" | "non-admins" | "active-users" | "inactive-users";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        usersCount: number;
                        orgsCount: number;
                        /** @description How many accounts pass the filter */
                        resourceCount: number;
                        /** @description `start` of the next page; empty on the last one */
                        nextPageStart: string;
                        accounts: components["schemas"]["Account"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postEnziV0Accounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    password?: string;
                    fullName?: string;
                    /** @default false */
                    isOrg?: boolean;
                    /** @default false */
                    isAdmin?: boolean;
                    /** @default true */
                    isActive?: boolean;
                    /** @default false */
                    searchLDAP?: boolean;
                    isImported?: boolean;
                    onDemand?: boolean;
                    otpEnabled?: boolean;
                };
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0AccountsByUsername: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteEnziV0AccountsByUsername: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    patchEnziV0AccountsByUsername: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    fullName?: string;
                    isAdmin?: boolean;
                    isActive?: boolean;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postEnziV0AccountsByUsernameChangePassword: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    oldPassword?: string;
                    newPassword: string;
                    /** @default false */
                    keepAccessTokens?: boolean;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0Robots: {
        parameters: {
            query?: {
                /** @description the id that the header X-Next-Page-Start of the page before gave */
                pageStart?: string;
                pageSize?: number;
                count?: boolean;
                namespace?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        robots: components["schemas"]["Robot"][];
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0Robots: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @default  */
                    namespace?: string;
                    description?: string;
                    permissions: {
                        repository: string;
                        actions: ("pull" | "push" | "delete")[];
                    }[];
                    /** @default false */
                    createRepositories?: boolean;
                    expiresAt?: string;
                };
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RobotWithSecret"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getApiV0RobotsByRobot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                robot: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Robot"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteApiV0RobotsByRobot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                robot: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    patchApiV0RobotsByRobot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                robot: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    description?: string;
                    permissions?: {
                        repository: string;
                        actions: ("pull" | "push" | "delete")[];
                    }[];
                    createRepositories?: boolean;
                    isActive?: boolean;
                    expiresAt?: string;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Robot"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postApiV0RobotsByRobotRotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                robot: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RobotWithSecret"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0AccountsByUsernamePublicKeys: {
        parameters: {
            query?: {
                start?: string;
                limit?: number;
            };
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accountPublicKeys: components["schemas"]["PublicKey"][];
                        /** @description `start` of the next page; empty on the last one */
                        nextPageStart: string;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postEnziV0AccountsByUsernamePublicKeys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    label?: string;
                    publicKey: string;
                };
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicKey"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteEnziV0AccountsByUsernamePublicKeysByKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0AccountsByUsernameOrganizations: {
        parameters: {
            query?: {
                start?: string;
                limit?: number;
            };
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        memberOrgs: components["schemas"]["Membership"][];
                        /** @description `start` of the next page; empty on the last one */
                        nextPageStart: string;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0AccountsByOrganizationMembers: {
        parameters: {
            query?: {
                start?: string;
                limit?: number;
                filter?: "all" | "admins" | "non-admins";
            };
            header?: never;
            path: {
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        members: components["schemas"]["Member"][];
                        /** @description `start` of the next page; empty on the last one */
                        nextPageStart: string;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0AccountsByOrganizationMembersByMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                member: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    putEnziV0AccountsByOrganizationMembersByMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                member: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    isAdmin?: boolean;
                    isPublic?: boolean;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteEnziV0AccountsByOrganizationMembersByMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                member: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0AccountsByOrganizationTeams: {
        parameters: {
            query?: {
                start?: string;
                limit?: number;
            };
            header?: never;
            path: {
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        teams: components["schemas"]["Team"][];
                        /** @description `start` of the next page; empty on the last one */
                        nextPageStart: string;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postEnziV0AccountsByOrganizationTeams: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    description?: string;
                };
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0AccountsByOrganizationTeamsByTeam: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteEnziV0AccountsByOrganizationTeamsByTeam: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    patchEnziV0AccountsByOrganizationTeamsByTeam: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    description?: string;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0AccountsByOrganizationTeamsByTeamMembers: {
        parameters: {
            query?: {
                start?: string;
                limit?: number;
            };
            header?: never;
            path: {
                organization: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        members: components["schemas"]["Member"][];
                        /** @description `start` of the next page; empty on the last one */
                        nextPageStart: string;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0AccountsByOrganizationTeamsByTeamMembersByMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                team: string;
                member: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    putEnziV0AccountsByOrganizationTeamsByTeamMembersByMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                team: string;
                member: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    isAdmin?: boolean;
                    isPublic?: boolean;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteEnziV0AccountsByOrganizationTeamsByTeamMembersByMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                team: string;
                member: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0Login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        password: boolean;
                        oidc: boolean;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postEnziV0Login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    username: string;
                    password: string;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        account: components["schemas"]["Account"];
                        session: components["schemas"]["Session"];
                        csrfToken: string;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postEnziV0Logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0Session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        account: components["schemas"]["Account"];
                        session: components["schemas"]["Session"] | null;
                        csrfToken: string | null;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0AccountsByUsernameSessions: {
        parameters: {
            query?: {
                /** @description the id that nextPageStart of the page before gave */
                start?: string;
                limit?: number;
            };
            header?: never;
            path: {
                username: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        sessions: components["schemas"]["ListedSession"][];
                        /** @description `start` of the next page; empty on the last one */
                        nextPageStart: string;
                    };
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    deleteEnziV0AccountsByUsernameSessionsBySession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                username: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0AccountsByOrganizationTeamsByTeamMemberSyncConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberSyncConfig"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    putEnziV0AccountsByOrganizationTeamsByTeamMemberSyncConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                team: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    enableSync: boolean;
                    ldapGroups?: string[];
                    oidcGroups?: string[];
                    groupDN?: string;
                    /** @default true */
                    selectGroupMembers?: boolean;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberSyncConfig"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0OidcLogin: {
        parameters: {
            query?: {
                returnTo?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It goes on elsewhere */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0OidcCallback: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It goes on elsewhere */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getEnziV0ConfAuthLdap: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LdapConfig"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    putEnziV0ConfAuthLdap: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getAuthToken: {
        parameters: {
            query?: {
                service?: string;
                account?: string;
                client_id?: string;
                offline_token?: string;
                realm?: string;
                scope?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    postAuthToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    grant_type?: string;
                    service?: string;
                    client_id?: string;
                    access_type?: string;
                    scope?: string[];
                    username?: string;
                    password?: string;
                    refresh_token?: string;
                };
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthToken"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getAuthJwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jwk-set+json": components["schemas"]["KeySet"];
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
    getAuthRootPem: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-pem-file": string;
                };
            };
            /** @description What went wrong */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Errors"];
                };
            };
        };
    };
}
