-- transaction: none
-- Why: the ledger by user and by rule, the rules that are on, the jobs that are due.

CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_automation_logs_user_executed
    ON automation.automation_logs (user_id, executed_at DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS automation_logs_rule
    ON automation.automation_logs (rule_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_active_automations
    ON automation.automation_rules (user_id) WHERE is_enabled = true;
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_pending_jobs
    ON automation.scheduled_jobs (scheduled_for, priority DESC) WHERE status = 'pending';
