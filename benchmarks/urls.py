"""The product's addresses and those of the views it is measured against."""

from benchmarks import reference_views
from finder import urls

urlpatterns = [*urls.urlpatterns, *reference_views.urlpatterns]
