"""Purchases, stock, pipeline, projects, employees and the system: what is counted must be above zero."""

from __future__ import annotations

FEATURES = {
    "purchase orders in every state": "select count(distinct state) - 4 from purchase_order",
    "purchases in foreign currency": """
        select count(*) from purchase_order o join res_company c on c.id = o.company_id
        where o.currency_id <> c.currency_id
    """,
    "late receipts": """
        select count(*) from stock_move m join purchase_order_line l on l.id = m.purchase_line_id
        where m.state = 'done' and m.date::date > l.date_planned::date
    """,
    "receipts on time": """
        select count(*) from stock_move m join purchase_order_line l on l.id = m.purchase_line_id
        where m.state = 'done' and m.date::date <= l.date_planned::date
    """,
    "receipts to come, some overdue": """
        select count(*) from stock_picking where state = 'assigned' and location_id = 4 and date_deadline < '{today}'
    """,
    "backorders": "select count(*) from stock_picking where backorder_id is not null and state = 'done'",
    "cancelled backorders": "select count(*) from stock_picking where backorder_id is not null and state = 'cancel'",
    "late deliveries": """
        select count(*) from stock_picking where state = 'done' and location_dest_id = 5 and date_done > date_deadline
    """,
    "open deliveries": """
        select count(*) from stock_picking p
        where state in ('confirmed', 'assigned', 'waiting') and location_dest_id = 5 and date_deadline is not null
    """,
    "returns": "select count(*) from stock_move where origin_returned_move_id is not null and location_id = 5",
    "returns that are not refunded": """
        select count(*) from stock_move where location_id = 5 and not to_refund and state = 'done'
    """,
    "returns to vendors": "select count(*) from stock_move where location_dest_id = 4 and purchase_line_id is not null",
    "drop shipments": """
        select count(*) from stock_move
        where location_id = 4 and location_dest_id = 5 and state = 'done'
    """,
    "two-step deliveries": "select count(*) from stock_move_move_rel",
    "scrap": "select count(*) from stock_scrap s join stock_move m on {scrap}",
    "inventory adjustments both ways": "select count(distinct location_id) - 3 from stock_move where is_inventory",
    "internal transfers on the way": """
        select count(*) from stock_quant q join stock_location l on l.id = q.location_id
        where l.usage = 'transit' and q.quantity > 0
    """,
    "lots": "select count(*) from stock_quant where lot_id is not null and quantity > 0",
    "packages": "select count(*) from stock_quant where package_id is not null and quantity > 0",
    "consignment": "select count(*) from stock_quant where owner_id is not null and quantity > 0",
    "negative stock": """
        select count(*) from stock_quant q join stock_location l on l.id = q.location_id
        where l.usage = 'internal' and q.quantity < 0
    """,
    "reserved stock": "select count(*) from stock_quant where reserved_quantity > 0",
    "moves waiting for stock": "select count(*) from stock_move where state in ('confirmed', 'partially_available')",
    "orderpoints": "select count(*) from stock_warehouse_orderpoint where active and snoozed_until is null",
    "snoozed orderpoints": "select count(*) from stock_warehouse_orderpoint where snoozed_until > '{today}'",
    "inactive orderpoints": "select count(*) from stock_warehouse_orderpoint where not active",
    "zero orderpoints": "select count(*) from stock_warehouse_orderpoint where product_max_qty = 0",
    "landed costs": "select count(*) from stock_landed_cost where amount_total > 0",
    "value without quantity": "select count(*) from {revaluations}",
    "won leads": """
        select count(*) from crm_lead l join crm_stage s on s.id = l.stage_id
        where is_won and probability = 100
    """,
    "lost leads": "select count(*) from crm_lead where not active and probability = 0",
    "merely archived leads": "select count(*) from crm_lead where not active and probability > 0",
    "unqualified leads": "select count(*) from crm_lead where type = 'lead'",
    "open leads": "select count(*) from crm_lead where active and probability between 1 and 99",
    "leads without a company": "select count(*) from crm_lead where company_id is null",
    "stale prorated revenue": """
        select count(*) from crm_lead where abs(prorated_revenue - expected_revenue * probability::numeric / 100) > 1
    """,
    "private to-dos": "select count(*) from project_task where project_id is null",
    "personal stages": "select count(*) from project_task_type where user_id is not null",
    "subtasks": "select count(*) from project_task where parent_id is not null",
    "closed tasks": "select count(*) from project_task where {closed}",
    "tasks with a folded stage": "select count(*) from project_task where date_end is not null",
    "archived projects and tasks": "select count(*) from project_task where not active",
    "billable timesheets": "select count(*) from account_analytic_line where so_line is not null and amount < 0",
    "other timesheets": "select count(*) from account_analytic_line where project_id is not null and so_line is null",
    "analytic lines that are no timesheets": """
        select count(*) from account_analytic_line
        where move_line_id is not null
    """,
    "analytic distributions": "select count(*) from account_move_line where analytic_distribution is not null",
    "departed employees": "select count(*) from hr_employee e where not active and {departed}",
    "contract history": "select count(*) - count(distinct employee_id) from {contracts} where employee_id is not null",
    "a tree of departments": "select count(*) from hr_department where parent_id is not null",
    "budgets in every state": "select count(distinct state) - 2 from mis_budget_by_account",
    "income budgets are negative": "select count(*) from mis_budget_by_account_item where balance < 0",
    "budgets across months": """
        select count(*) from mis_budget_by_account_item
        where date_trunc('month', date_from) <> date_trunc('month', date_to)
    """,
    "budgets by KPI": "select count(*) from mis_budget_item",
    "modules in several states": "select count(distinct state) - 2 from ir_module_module",
    "a version of base": """
        select count(*) from ir_module_module
        where name = 'base' and latest_version like '{version}.0.%'
    """,
    "users with secrets": "select count(*) from res_users where password is not null and totp_secret is not null",
    "API keys": "select count(*) from res_users_apikeys",
    "private addresses": "select count(*) from {private_address}",
    "free text": "select count(*) from mail_message where body is not null",
    "custom columns": "select count(x_studio_region) from res_partner",
    "a view beside the tables": "select count(*) from report_stock_quantity",
    "rows written long after": "select count(*) from account_move where write_date > create_date + interval '30 days'",
}
