"""What only later versions of Odoo have: the first version, and counts that must be above zero."""

from __future__ import annotations

LATER_FEATURES = {
    17: {
        "a branch": "select count(*) from res_company where parent_id is not null and parent_path like '1/3/'",
        "documents of the branch on its root's accounts": """
            select count(*) from account_move_line where company_id = 3 and account_id < 100 and parent_state = 'posted'
        """,
        "projects without a company": "select count(*) from project_project where company_id is null",
        "tasks without a company in a project with one": """
            select count(*) from project_task t join project_project p on p.id = t.project_id
            where t.company_id is null and p.company_id is not null
        """,
        "done tasks without an end": "select count(*) from project_task where state = '1_done' and date_end is null",
        "two plans in one key": "select count(*) from account_move_line where analytic_distribution::text like '%,%'",
        "plans of their own": "select count(x_plan2_id) from account_analytic_line",
    },
    18: {
        "accounts of two companies": """
            select count(*) from (
                select account_account_id from account_account_res_company_rel group by 1 having count(*) > 1
            ) as shared
        """,
        "payments without an entry": """
            select count(*) from account_payment
            where move_id is null and state = 'in_process'
        """,
        "credit cards": """
            select count(*) from account_payment p join account_journal j on j.id = p.journal_id where j.type = 'credit'
        """,
        "payment terms that equal the fallback": """
            select count(*) from res_partner where id > 200 and customer_rank > 0 and property_payment_term_id is null
        """,
    },
    19: {
        "other expenses": """
            select count(*) from account_move_line l join account_account a on a.id = l.account_id
            where a.account_type = 'expense_other'
        """,
        "inverted units": "select count(*) from uom_uom where id = 2 and factor = 12",
        "subsections": "select count(*) from sale_order_line where display_type = 'line_subsection'",
        "version templates": "select count(*) from hr_version where employee_id is null",
        "adjustments of a receipt's value": "select count(*) from product_value where move_id is not null",
        "stock references": "select count(*) from stock_reference_move_rel",
    },
}
