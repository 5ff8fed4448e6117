{# No column of the list is NULL: one scan for all of them. #}
{% test never_null(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where {% for column in columns %}{{ 'or ' if not loop.first }}{{ column }} is null{{ ' ' if not loop.last }}{% endfor %}
{% endtest %}
