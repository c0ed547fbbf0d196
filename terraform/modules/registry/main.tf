# Where images are kept. A tag is written once: what a build was called stays what it is, and servers name a digest.
resource "aws_ecr_repository" "this" {
  name                 = var.name
  image_tag_mutability = "IMMUTABLE"
  force_delete         = var.force_delete
  tags                 = { Name = var.name }

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "AES256"
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What was never named is an upload that broke off"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "As many builds as a rollback may want"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.keep_builds * 2 }
        action       = { type = "expire" }
      },
    ]
  })
}
