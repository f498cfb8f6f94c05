"""The tables and columns of the original design, and what stands for those that changed.

`TABLES` names each table's place and its columns; `REPLACED` names, for a column that was given up
for cause, the columns that do its work.
"""

TABLES = {
    "auth.users": """id email password_hash first_name last_name subscription_tier
        subscription_status subscription_expires_at linkedin_connected timezone language avatar_url
        phone is_verified is_active last_login_at created_at updated_at""",
    "auth.user_sessions": """id user_id session_token refresh_token device_info ip_address
        user_agent expires_at is_active created_at last_accessed_at""",
    "auth.user_mfa": """id user_id method secret_key phone_number email is_verified is_enabled
        backup_codes created_at updated_at""",
    "auth.audit_log": "table_name operation old_data new_data user_id timestamp",
    "profile.user_preferences": """id user_id notification_email notification_push
        auto_sync_linkedin optimal_posting_enabled automation_enabled ai_suggestions_enabled
        privacy_level preferences_data created_at updated_at""",
    "profile.linkedin_profiles": """id user_id linkedin_id profile_url headline summary industry
        location profile_picture_url banner_url connections_count followers_count profile_data
        analytics_data completeness_score last_sync_at sync_frequency_hours is_active created_at
        updated_at""",
    "profile.linkedin_tokens": """id user_id access_token refresh_token token_type scope expires_at
        refresh_expires_at is_valid created_at updated_at""",
    "profile.linkedin_api_usage": """id user_id endpoint method status_code response_time_ms
        rate_limit_remaining rate_limit_reset request_data response_data error_message
        created_at""",
    "content.content": """id user_id type title content ai_prompt template_id status scheduled_at
        published_at linkedin_post_id analytics metadata tags is_template created_at updated_at""",
    "content.content_templates": """id user_id name description type industry category
        template_data preview_image_url usage_count is_public is_active created_at updated_at""",
    "content.content_performance": """id content_id metric_type metric_value recorded_at
        source""",
    "content.ai_generation_logs": """id user_id content_id ai_provider model_name prompt response
        tokens_used cost_cents generation_time_ms status error_message metadata created_at""",
    "content.content_calendar": """id user_id content_id event_date event_time timezone status
        notes created_at updated_at""",
    "automation.automation_rules": """id user_id name type is_enabled configuration
        target_criteria safety_limits schedule created_at updated_at""",
    "automation.automation_logs": """id user_id rule_id action_type target_linkedin_id target_data
        status response_data error_message retry_count executed_at""",
    "automation.scheduled_jobs": """id user_id job_type job_data status priority scheduled_for
        started_at completed_at retry_count max_retries error_message result_data created_at
        updated_at""",
    "safety.compliance_logs": """id user_id check_type status details action_taken resolved_at
        created_at""",
    "safety.account_health": """id user_id health_score risk_level factors recommendations
        last_checked_at created_at updated_at""",
    "safety.rate_limit_usage": """id user_id resource_type used_quota max_quota
        reset_period_start reset_period_end created_at updated_at""",
    "analytics.user_analytics_summary": """id user_id date profile_views search_appearances
        post_impressions post_engagement connection_invites_sent connection_invites_received
        messages_sent messages_received created_at""",
    "analytics.industry_benchmarks": """id industry metric_name metric_value percentile
        sample_size date_range_start date_range_end created_at updated_at""",
    "analytics.export_jobs": """id user_id export_type format date_range_start date_range_end
        filters status file_url file_size_bytes error_message expires_at created_at
        completed_at""",
    "analytics.analytics_events": """time user_id event_type event_category properties session_id
        ip_address user_agent""",
    "analytics.profile_metrics": """time user_id metric_type metric_value previous_value
        change_delta""",
    "analytics.api_performance_metrics": """time user_id endpoint response_time_ms status_code
        rate_limit_remaining error_type""",
    "analytics.content_engagement_metrics": """time content_id user_id metric_type metric_value
        organic""",
    "analytics.analytics_events_archive": """time user_id event_type event_category properties
        session_id ip_address user_agent""",
}

REPLACED = {
    # A copy of the database must not be a login.
    "auth.user_sessions.session_token": ["session_token_hash"],
    "auth.user_sessions.refresh_token": ["refresh_token_hash", "previous_refresh_hash"],
    "auth.user_mfa.secret_key": ["secret_ct", "secret_nonce", "secret_key_id"],
    "profile.linkedin_tokens.access_token": [
        "access_token_ct",
        "access_token_nonce",
        "data_key",
        "key_id",
    ],
    "profile.linkedin_tokens.refresh_token": ["refresh_token_ct", "refresh_token_nonce"],
}

INDEXES = {
    # From the original design: where it is, and what it must say after "USING".
    "idx_users_subscription": (
        "auth.users",
        "btree (subscription_tier, subscription_status) WHERE (is_active = true)",
    ),
    "idx_linkedin_tokens_expires": (
        "profile.linkedin_tokens",
        "btree (expires_at) WHERE (is_valid = true)",
    ),
    "idx_api_usage_user_date": ("profile.linkedin_api_usage", "btree (user_id, created_at)"),
    "idx_content_user_status": (
        "content.content",
        "btree (user_id, status, updated_at DESC, id)",
    ),
    "idx_content_scheduled": (
        "content.content",
        "btree (scheduled_at) WHERE ((status)::text = 'scheduled'::text)",
    ),
    "idx_content_type_created": ("content.content", "btree (type, created_at)"),
    "idx_automation_logs_user_executed": (
        "automation.automation_logs",
        "btree (user_id, executed_at DESC)",
    ),
    "idx_active_automations": (
        "automation.automation_rules",
        "btree (user_id) WHERE (is_enabled = true)",
    ),
    "idx_pending_jobs": (
        "automation.scheduled_jobs",
        "btree (scheduled_for, priority DESC) WHERE ((status)::text = 'pending'::text)",
    ),
    "idx_analytics_events_user_time": (
        "analytics.analytics_events",
        'btree (user_id, "time" DESC)',
    ),
    "idx_analytics_events_type_time": (
        "analytics.analytics_events",
        'btree (event_type, "time" DESC)',
    ),
    "idx_profile_metrics_user_metric_time": (
        "analytics.profile_metrics",
        'btree (user_id, metric_type, "time" DESC)',
    ),
    "idx_api_performance_endpoint_time": (
        "analytics.api_performance_metrics",
        'btree (endpoint, "time" DESC)',
    ),
    "idx_content_engagement_content_time": (
        "analytics.content_engagement_metrics",
        'btree (content_id, "time" DESC)',
    ),
    # Instead of hash indexes, or of an index that a key already is.
    "users_email_lower_key": ("auth.users", "btree (lower((email)::text))"),
    "user_sessions_session_token_hash_key": ("auth.user_sessions", "btree (session_token_hash)"),
    "linkedin_profiles_user_id_key": ("profile.linkedin_profiles", "btree (user_id)"),
    "user_analytics_summary_user_id_date_key": (
        "analytics.user_analytics_summary",
        "btree (user_id, date)",
    ),
    # Ours.
    "users_erase": (
        "auth.users",
        "btree (erase_requested_at) WHERE (erase_requested_at IS NOT NULL)",
    ),
    "user_sessions_user": ("auth.user_sessions", "btree (user_id) WHERE is_active"),
    "user_sessions_family": ("auth.user_sessions", "btree (family_id)"),
    "user_sessions_expires": ("auth.user_sessions", "btree (expires_at)"),
    "one_time_tokens_user": (
        "auth.one_time_tokens",
        "btree (user_id, purpose) WHERE (used_at IS NULL)",
    ),
    "audit_log_subject": ("auth.audit_log", 'btree (subject, "timestamp" DESC)'),
    "audit_log_tx": ("auth.audit_log", "btree (tx, id)"),
    "linkedin_profiles_linkedin_id_key": (
        "profile.linkedin_profiles",
        "btree (linkedin_id) WHERE is_active",
    ),
    "linkedin_profiles_due": (
        "profile.linkedin_profiles",
        "btree (next_sync_at) WHERE is_active",
    ),
    "linkedin_attempts_open": (
        "profile.linkedin_attempts",
        "btree (sent_at) WHERE (state = ANY (ARRAY['sending'::text, 'unknown'::text]))",
    ),
    "content_search": ("content.content", "gin (search)"),
    "content_tags": ("content.content", "gin (tags)"),
    "content_title_trgm": ("content.content", "gin (title gin_trgm_ops)"),
    "content_publish_lease": (
        "content.content",
        (
            "btree (lease_until) WHERE ((publish_state)::text = ANY "
            "((ARRAY['claimed'::character varying, 'publishing'::character varying])::text[]))"
        ),
    ),
    "content_template": ("content.content", "btree (template_id)"),
    "content_templates_public": (
        "content.content_templates",
        "btree (category, industry) WHERE (is_public AND is_active)",
    ),
    "content_performance_content": (
        "content.content_performance",
        "btree (content_id, recorded_at DESC)",
    ),
    "ai_logs_user": ("content.ai_generation_logs", "btree (user_id, created_at DESC)"),
    "ai_logs_prompt": ("content.ai_generation_logs", "btree (prompt_hash)"),
    "content_calendar_user": ("content.content_calendar", "btree (user_id, event_date)"),
    "automation_logs_one_live_key": (
        "automation.automation_logs",
        (
            "btree (action_id) WHERE (state <> ALL (ARRAY['rejected'::text, 'not_found'::text, "
            "'blocked'::text, 'skipped'::text]))"
        ),
    ),
    "automation_logs_due": (
        "automation.automation_logs",
        "btree (due_at) WHERE (state = 'planned'::text)",
    ),
    "automation_logs_lease": (
        "automation.automation_logs",
        "btree (lease_until) WHERE (state = 'claimed'::text)",
    ),
    "automation_logs_open": (
        "automation.automation_logs",
        (
            "btree (user_id) WHERE (state = ANY (ARRAY['unknown'::text, 'reconciling'::text, "
            "'needs_human'::text]))"
        ),
    ),
    "automation_logs_rule": ("automation.automation_logs", "btree (rule_id)"),
    "scheduled_jobs_lease": (
        "automation.scheduled_jobs",
        "btree (lease_until) WHERE ((status)::text = 'processing'::text)",
    ),
    "scheduled_jobs_user": ("automation.scheduled_jobs", "btree (user_id, created_at DESC)"),
    "action_reservations_window": (
        "safety.action_reservations",
        "btree (user_id, action_type, decided_at) WHERE (outcome <> 'released'::text)",
    ),
    "compliance_logs_user": ("safety.compliance_logs", "btree (user_id, created_at DESC)"),
    "rate_limit_usage_end": ("safety.rate_limit_usage", "btree (reset_period_end)"),
    "export_jobs_user": ("analytics.export_jobs", "btree (user_id, created_at DESC)"),
    "export_jobs_due": (
        "analytics.export_jobs",
        (
            "btree (created_at) WHERE ((status)::text = ANY "
            "((ARRAY['pending'::character varying, 'processing'::character varying])::text[]))"
        ),
    ),
    "export_jobs_expires": ("analytics.export_jobs", "btree (expires_at)"),
}
for _series in (
    "analytics_events",
    "profile_metrics",
    "api_performance_metrics",
    "content_engagement_metrics",
):
    INDEXES[f"{_series}_event_key"] = (f"analytics.{_series}", 'btree (event_id, "time")')
