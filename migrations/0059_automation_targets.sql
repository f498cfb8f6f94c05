-- Why: people whom a member means to reach, one row each, with what has come of it. A row may
-- belong to a rule; one without is only kept in mind.
CREATE TABLE automation.automation_targets (
    id uuid DEFAULT public.inergize_id() CONSTRAINT automation_targets_pkey PRIMARY KEY,
    user_id uuid NOT NULL
        CONSTRAINT automation_targets_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
    rule_id uuid
        CONSTRAINT automation_targets_rule_id_fkey
        REFERENCES automation.automation_rules (id) ON DELETE CASCADE,
    target_linkedin_id varchar(100) NOT NULL,  -- urn:li:person:<id>, or in/<public name>
    data jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'pending'
        CONSTRAINT automation_targets_state_check CHECK (state IN
            ('pending', 'active', 'done', 'replied', 'accepted', 'removed', 'failed')),
    step smallint NOT NULL DEFAULT 0
        CONSTRAINT automation_targets_step_check CHECK (step >= 0),
    next_step_at timestamptz,
    stopped_at timestamptz,
    stop_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- A person is meant once by a rule, and once outside of all rules.
    CONSTRAINT automation_targets_user_id_target_linkedin_id_rule_id_key
        UNIQUE NULLS NOT DISTINCT (user_id, target_linkedin_id, rule_id),
    -- Where the answer has come, nothing more is due.
    CONSTRAINT automation_targets_next_step_at_check CHECK
        (next_step_at IS NULL OR state IN ('pending', 'active'))
);
CREATE INDEX automation_targets_list
    ON automation.automation_targets (user_id, created_at DESC, id DESC);
CREATE INDEX automation_targets_rule ON automation.automation_targets (rule_id)
 WHERE rule_id IS NOT NULL;
CREATE INDEX automation_targets_due ON automation.automation_targets (next_step_at)
 WHERE next_step_at IS NOT NULL;
CREATE TRIGGER set_automation_targets_updated_at BEFORE UPDATE ON automation.automation_targets
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
